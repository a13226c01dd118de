import type { Gate } from '@stella-ops/contracts/releases';

type Needed = 'name' | 'state' | 'sentence';

/** A gate's answer; what is not named is empty. */
export function gateOf(at: string, said: Pick<Gate, Needed> & Partial<Omit<Gate, Needed | 'evaluatedAt'>>): Gate {
  return {
    component: null,
    imageDigest: null,
    fix: null,
    unblockedBy: null,
    changesAt: null,
    evidence: [],
    reasons: [],
    ...said,
    evaluatedAt: at,
  };
}

/** A gate that could not be looked at because a service did not answer. */
export function unavailableGate(
  at: string,
  about: Pick<Gate, 'name' | 'component' | 'imageDigest'>,
  { service, message }: { readonly service: string; readonly message: string },
): Gate {
  return gateOf(at, {
    ...about,
    state: 'waiting',
    sentence: `The ${service} did not answer (${trimmed(message)}); it is asked again by itself.`,
    unblockedBy: 'an operator of this installation, if it lasts',
  });
}

export function isMet(gate: Gate): boolean {
  return gate.state === 'passed' || gate.state === 'skipped';
}

/** A sentence of somebody else inside one of ours: without its full stop, and not endless. */
export function trimmed(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length <= 300 ? line : `${line.slice(0, 299)}…`;
}

/** `web (linux/arm64)`. */
export function imageName(component: string, platform: string | null): string {
  return platform === null ? component : `${component} (${platform})`;
}

/** `1 package`, `3 packages`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** `2026-11-21 14:00 UTC`. */
export function minute(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}
