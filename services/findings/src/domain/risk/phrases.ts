import type { ChangeCounts, SeverityCounts } from '@stella-ops/contracts/findings';
import type { Moves } from './compare-findings.ts';
import type { ImageFacts } from './facts.ts';

/** Worst first, and how a sentence calls it. */
const SEVERITIES = [
  ['critical', 'critical'],
  ['high', 'high'],
  ['medium', 'medium'],
  ['low', 'low'],
  ['unknown', 'unrated'],
  ['none', 'harmless'],
] as const satisfies readonly (readonly [keyof SeverityCounts, string])[];

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/**
 * `2 critical findings fewer, 1 high more (2 new, 1 gone)`. What came is named also where as many went: one critical finding
 * in place of another is not nothing.
 */
export function findingsPhrase({ into, outOf }: Moves): string {
  const parts = SEVERITIES.filter(([level]) => into[level] + outOf[level] > 0).map(([level, word], index) => {
    const came = into[level];
    const went = outOf[level];
    const net = came - went;
    // Only the first needs the noun.
    const noun = index > 0 ? '' : Math.abs(net) === 1 ? ' finding' : ' findings';
    const swapped = came > 0 && went > 0 ? ` (${came} new, ${went} gone)` : '';
    const size = net === 0 ? 'as many' : String(Math.abs(net));
    const direction = net === 0 ? '' : net > 0 ? ' more' : ' fewer';
    return `${size} ${word}${noun}${direction}${swapped}`;
  });
  return parts.length === 0 ? 'the same open findings' : parts.join(', ');
}

/** `3 packages changed, 1 new, 2 gone`. */
export function packagesPhrase({ came, went, changed }: ChangeCounts): string {
  const words: [number, string][] = [
    [changed, 'changed'],
    [came, 'new'],
    [went, 'gone'],
  ];
  const parts = words
    .filter(([count]) => count > 0)
    .map(([count, word], index) => `${index === 0 ? plural(count, 'package') : count} ${word}`);
  return parts.length === 0 ? 'the same packages' : parts.join(', ');
}

/** `policy baseline now denies`: what was not so before, as the beginning of a phrase; undefined: the same. */
export function policyChange({ before, after }: Pick<ImageFacts, 'before' | 'after'>): string | undefined {
  const was = before?.judgement?.outcome;
  const is = after?.judgement;
  if (is === undefined || is.outcome === was) return undefined;
  const says = (verb: string): string => `policy ${is.policy.name} ${verb}`;
  if (is.outcome === 'pending') return says('cannot decide on');
  if (is.outcome === 'deny') return says(was === undefined ? 'denies' : 'now denies');
  return was === undefined ? undefined : says(was === 'deny' ? 'no longer denies' : 'now allows');
}

/** How one image is called: with its platform where its component has several. */
export function imageName(
  { component, platform }: Pick<ImageFacts, 'component' | 'platform'>,
  all: readonly Pick<ImageFacts, 'component'>[],
): string {
  const isOne = all.filter((image) => image.component === component).length === 1;
  return isOne ? component : `${component} (${platform ?? 'no platform'})`;
}
