import { type Moves, sumCounts, sumMoves } from './compare-findings.ts';
import type { ImageFacts } from './facts.ts';
import { findingsPhrase, imageName, packagesPhrase, plural, policyChange } from './phrases.ts';

/** One image in two releases has no difference, whatever is known of it; others are compared when both are judged. */
export const isCompared = ({ change, findings }: ImageFacts): boolean => change === 'same' || findings !== undefined;

/** `web: 1 high finding fewer; 2 packages changed.` */
export function imageSentence(image: ImageFacts, name: string): string {
  const { change, findings, packages } = image;
  if (change === 'same') return `${name}: the same image.`;
  const head = change === 'added' ? `${name} is new` : change === 'removed' ? `${name} goes away` : name;
  const says = policyChange(image);
  const parts = [
    findings === undefined ? `${whyNot(image)}, so findings cannot be compared` : findingsPhrase(findings.moves),
    ...(packages === undefined ? [] : [packagesPhrase(packages.counts)]),
    ...(says === undefined ? [] : [`${says} it`]),
  ];
  return `${head}: ${parts.join('; ')}.`;
}

function whyNot({ before, after }: ImageFacts): string {
  const sides = [before, after].filter((side) => side !== undefined);
  const which = (count: number): string => (count === sides.length && count === 2 ? 'neither side' : 'one side');
  const unscanned = sides.filter(({ scan }) => scan === undefined).length;
  if (unscanned > 0)
    return sides.length === 1 ? 'it was not scanned' : `${which(unscanned)} was ${notOf(unscanned)}scanned`;
  const unjudged = sides.filter(({ judgement }) => judgement === undefined).length;
  return sides.length === 1 ? 'it is not judged yet' : `${which(unjudged)} is ${notOf(unjudged)}judged yet`;
}

/** "neither" says it already. */
const notOf = (count: number): string => (count === 2 ? '' : 'not ');

interface Named {
  readonly name: string;
  readonly version: string;
}

/** `shop 1.2.0 against 1.1.0: 2 critical findings fewer, 1 high more; 3 packages changed.` */
export function releaseSentence(from: Named | undefined, to: Named, images: readonly ImageFacts[]): string {
  return `${headOf(from, to)}: ${parts(from, images).join('; ')}.`;
}

function headOf(from: Named | undefined, { name, version }: Named): string {
  if (from === undefined) return `${name} ${version} where nothing was`;
  return `${name} ${version} against ${from.name === name ? '' : `${from.name} `}${from.version}`;
}

function parts(from: Named | undefined, images: readonly ImageFacts[]): string[] {
  if (images.every(({ change }) => change === 'same')) return ['the same images'];
  const compared = images.filter(isCompared);
  const differing = compared.filter(({ change }) => change !== 'same');
  const missing = images.length - compared.length;
  const withPackages = images.flatMap(({ packages }) => packages?.counts ?? []);
  const moves: Moves = sumMoves(compared.flatMap(({ findings }) => (findings === undefined ? [] : [findings.moves])));
  return [
    ...(missing === 0 ? [] : [`${missing} of ${plural(images.length, 'image')} cannot be compared`]),
    ...(differing.length === 0 ? [] : [findingsPhrase(moves)]),
    ...(withPackages.length === 0 ? [] : [packagesPhrase(sumCounts(withPackages))]),
    ...(from === undefined ? [] : [...comings(images, 'added', 'new'), ...comings(images, 'removed', 'gone')]),
    ...policyPhrases(compared, images),
    ...(areJudgedAlike(differing) ? [] : ['not all judged on the same evidence']),
  ];
}

/** Most images that a sentence names. */
const MOST_NAMED = 3;

function comings(images: readonly ImageFacts[], change: ImageFacts['change'], word: string): string[] {
  const all = images.filter((image) => image.change === change);
  if (all.length === 0) return [];
  if (all.length > MOST_NAMED) return [`${plural(all.length, 'image')} ${word}`];
  return [`${word}: ${all.map((image) => imageName(image, images)).join(', ')}`];
}

/** `policy baseline now denies web, api` */
function policyPhrases(compared: readonly ImageFacts[], all: readonly ImageFacts[]): string[] {
  const byPhrase = new Map<string, string[]>();
  for (const image of compared) {
    const says = policyChange(image);
    if (says === undefined) continue;
    const names = byPhrase.get(says);
    if (names === undefined) byPhrase.set(says, [imageName(image, all)]);
    else names.push(imageName(image, all));
  }
  return [...byPhrase].map(([says, names]) => {
    const which = names.length > MOST_NAMED ? plural(names.length, 'image') : names.join(', ');
    return `${says} ${which}`;
  });
}

function areJudgedAlike(images: readonly ImageFacts[]): boolean {
  return images.every(({ before, after }) => {
    const [was, is] = [before?.judgement, after?.judgement];
    if (was === undefined || is === undefined) return true;
    return (
      was.advisorySnapshot === is.advisorySnapshot &&
      was.vexSnapshot === is.vexSnapshot &&
      was.policy.digest === is.policy.digest
    );
  });
}
