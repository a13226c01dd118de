import type { Finding } from '@stella-ops/engine-advisories';
import type { Subject } from '@stella-ops/engine-inventory';
import { sortedBy, type Timestamp } from '@stella-ops/engine-kernel';
import { parsePurl, type Purl, purlMatches } from '@stella-ops/engine-versions';
import type { Exception, ExceptionSet, Verdict } from './types.ts';

type Time = 'active' | 'expired' | 'not-yet';

interface Entry {
  readonly exception: Exception;
  readonly time: Time;
  /** `invalid` covers nothing: a package that cannot be read must not turn into every package. */
  readonly package: Purl | 'every' | 'invalid';
}

export interface ExceptionMatch {
  readonly id: string;
  readonly state: 'applied' | 'expired' | 'not-yet';
  /** Why it counts or does not: `exception EX-1 expired at 2026-01-02T00:00:00.000Z`. */
  readonly sentence: string;
}

/** Exceptions at one moment, by vulnerability. Remembers which ones were applied. */
export class ExceptionIndex {
  readonly #byVulnerability = new Map<string, Entry[]>();
  readonly #entries: readonly Entry[];
  readonly #applied = new Set<string>();
  readonly #subject: Subject;

  constructor(set: ExceptionSet, subject: Subject, evaluatedAt: Timestamp) {
    this.#subject = subject;
    this.#entries = sortedBy(set.exceptions, (one) => one.id).map((exception) => ({
      exception,
      time: timeOf(exception, evaluatedAt),
      package: packageOf(exception),
    }));
    for (const entry of this.#entries) {
      const key = entry.exception.vulnerability;
      const same = this.#byVulnerability.get(key);
      if (same === undefined) this.#byVulnerability.set(key, [entry]);
      else same.push(entry);
    }
  }

  /** The exception that lifts a finding: the first active one by id, else one that would have or will. */
  find(finding: Finding): ExceptionMatch | undefined {
    if (this.#entries.length === 0) return undefined;
    let best: Entry | undefined;
    for (const name of [finding.vulnerability, ...finding.aliases]) {
      for (const entry of this.#byVulnerability.get(name) ?? []) {
        if (best !== undefined && !isBefore(entry, best)) continue;
        if (this.#covers(entry, finding)) best = entry;
      }
    }
    return best === undefined ? undefined : this.#answer(best);
  }

  states(): Verdict['exceptions'] {
    return this.#entries.map(({ exception: { id, expiresAt }, time }) => ({
      id,
      state: time === 'active' ? (this.#applied.has(id) ? 'applied' : 'unused') : time,
      expiresAt,
    }));
  }

  #answer({ exception: { id, createdAt, expiresAt }, time }: Entry): ExceptionMatch {
    switch (time) {
      case 'active':
        this.#applied.add(id);
        return { id, state: 'applied', sentence: `exception ${id} applies until ${expiresAt}` };
      case 'expired':
        return { id, state: time, sentence: `exception ${id} expired at ${expiresAt}` };
      case 'not-yet':
        return { id, state: time, sentence: `exception ${id} begins at ${createdAt}` };
    }
  }

  #covers({ exception, package: pattern }: Entry, finding: Finding): boolean {
    if (exception.subject !== undefined && exception.subject !== this.#subject.digest) return false;
    if (pattern === 'every') return true;
    if (pattern === 'invalid' || finding.purl === undefined) return false;
    const candidate = parsePurl(finding.purl);
    return candidate.ok && purlMatches(pattern, candidate.purl);
  }
}

function timeOf(exception: Exception, at: Timestamp): Time {
  if (at < exception.createdAt) return 'not-yet';
  return at < exception.expiresAt ? 'active' : 'expired';
}

function packageOf(exception: Exception): Entry['package'] {
  if (exception.package === undefined) return 'every';
  const parsed = parsePurl(exception.package);
  return parsed.ok ? parsed.purl : 'invalid';
}

function isBefore(a: Entry, b: Entry): boolean {
  if ((a.time === 'active') !== (b.time === 'active')) return a.time === 'active';
  return a.exception.id < b.exception.id;
}
