import type { RankInterval } from '../index-file/posting.ts';
import type { MatchTrace } from '../types.ts';
import type { Match } from './match.ts';
import type { Target } from './target.ts';

/** What decided a match, in a form a person can follow. */
export function traceOf(match: Match, target: Target): MatchTrace {
  const { meta, ecosystem, name, comparator, decision, posting } = match;
  const common = {
    key: `${ecosystem}/${name}`,
    record: meta.id,
    recordDigest: meta.digest,
    decidedBy: decision.by,
    ...(comparator !== undefined && { comparator: comparator.id }),
  };
  const installed = installedOf(target);
  switch (decision.by) {
    case 'not-evaluated':
      return { ...common, sentence: notEvaluated(decision.reason, ecosystem, installed) };
    case 'version-list': {
      const listed = posting.versions[decision.place];
      return { ...common, sentence: `${installed} is among the versions that the record enumerates, as ${listed}` };
    }
    case 'range': {
      const { introduced, upper, kind } = decision.interval;
      const start = introduced < 0 ? '0' : (posting.versions[introduced] ?? '');
      const end = posting.versions[upper];
      const place = placeOf(decision.interval, start, end);
      const order = isUnordered(match, target)
        ? `${comparator?.id}; not a valid version, so it orders lowest`
        : comparator?.id;
      return {
        ...common,
        introduced: start,
        ...(end !== undefined && kind === 'fixed' && { fixed: end }),
        ...(end !== undefined && kind === 'last_affected' && { lastAffected: end }),
        sentence: `${installed} ${place} (${order})`,
      };
    }
  }
}

/** Fixed versions of a source package are read beside its version, not beside that of the binary package. */
function installedOf({ component, name, version = '' }: Target): string {
  return name === component.name || component.source === undefined ? version : `${version} of source ${name}`;
}

function isUnordered({ comparator }: Match, { version }: Target): boolean {
  return version !== undefined && comparator?.isValid(version) === false;
}

function placeOf({ introduced, kind }: RankInterval, start: string, end: string | undefined): string {
  const from = introduced < 0 ? [] : [`at or after ${start}`];
  const to = end === undefined ? [] : [kind === 'last_affected' ? `not after ${end}` : `before ${end}`];
  return from.length + to.length === 0 ? 'is affected, as every version is' : `is ${[...from, ...to].join(' and ')}`;
}

function notEvaluated(
  reason: 'no-version' | 'no-comparator' | 'undecidable',
  ecosystem: string,
  installed: string,
): string {
  switch (reason) {
    case 'no-version':
      return 'the installed version is not known';
    case 'no-comparator':
      return `${installed} is not enumerated, and versions of ${ecosystem} cannot be ordered yet`;
    case 'undecidable':
      return 'the record names commits or nothing, which no version can be held against';
  }
}
