import type { RiskNote } from '@stella-ops/contracts/findings';
import { canonicalJson } from '@stella-ops/engine-kernel';
import type { ImageFacts, ImageSide } from './facts.ts';
import { plural } from './phrases.ts';

interface Names {
  /** How the image is called. */
  readonly image: string;
  /** `shop 1.1.0` */
  readonly before: string;
  readonly after: string;
}

/** What keeps the comparison of one image from being the whole of it, weightiest first. */
export function notesOf(facts: ImageFacts, names: Names): readonly RiskNote[] {
  const { component, platform, change, before, after } = facts;
  const notes: RiskNote[] = [];
  const note = (code: RiskNote['code'], sentence: string): void => {
    notes.push({ code, component, platform, sentence });
  };
  // One image in two releases is told of once.
  const sides: [ImageSide, string][] = [];
  if (before !== undefined && change !== 'same') sides.push([before, names.before]);
  if (after !== undefined) sides.push([after, change === 'same' ? 'both releases' : names.after]);

  for (const [{ scan, judgement }, release] of sides) {
    const image = `the image of ${names.image} in ${release}`;
    if (scan === undefined) note('NOT_SCANNED', `${image} was not scanned: nothing is known of it.`);
    else if (judgement === undefined) note('NOT_JUDGED', `${image} is not judged yet: its findings are not known.`);
  }
  if (change === 'changed') noteOtherEvidence(before, after, names, note);
  for (const [{ scan, judgement }, release] of sides) {
    const image = `the image of ${names.image} in ${release}`;
    if (scan !== undefined && scan.gaps > 0) {
      note('GAPS', `${plural(scan.gaps, 'part')} of ${image} could not be read: packages may be missing.`);
    }
    if (judgement !== undefined && judgement.notEvaluated > 0) {
      const findings = plural(judgement.notEvaluated, 'possible finding');
      note(
        'NOT_EVALUATED',
        `${findings} of ${image} could not be decided and ${verbOf(judgement)} not counted as open.`,
      );
    }
  }
  return notes.map((one) => ({ ...one, sentence: `${one.sentence.charAt(0).toUpperCase()}${one.sentence.slice(1)}` }));
}

const verbOf = ({ notEvaluated }: { readonly notEvaluated: number }): string => (notEvaluated === 1 ? 'is' : 'are');

/** Two images are compared as such only when they were judged alike: else what comes or goes may be news about both. */
function noteOtherEvidence(
  before: ImageSide | undefined,
  after: ImageSide | undefined,
  names: Names,
  note: (code: RiskNote['code'], sentence: string) => void,
): void {
  const was = before?.judgement;
  const is = after?.judgement;
  const between = `between the judgements of ${names.image} in ${names.before} and ${names.after}`;
  if (was !== undefined && is !== undefined) {
    if (was.advisorySnapshot !== is.advisorySnapshot) {
      note(
        'OTHER_ADVISORIES',
        `the snapshot of advisories changed ${between}: some differences may be news, not the release.`,
      );
    }
    if (was.vexSnapshot !== is.vexSnapshot) {
      note('OTHER_VEX', `the snapshot of VEX changed ${between}: some answers may be new, not the release.`);
    }
    if (was.policy.digest !== is.policy.digest) {
      note('OTHER_POLICY', `the policy changed ${between}: what it says may differ for that reason.`);
    }
  }
  const [old, fresh] = [before?.scan, after?.scan];
  if (old === undefined || fresh === undefined) return;
  if (old.origin !== fresh.origin) {
    const [read, told] = old.origin === 'scan' ? [names.before, names.after] : [names.after, names.before];
    note(
      'OTHER_ANALYZERS',
      `the image of ${names.image} was scanned in ${read} and is known by a document in ${told}: packages may differ for that reason.`,
    );
  } else if (canonicalJson(old.analyzers) !== canonicalJson(fresh.analyzers)) {
    note(
      'OTHER_ANALYZERS',
      `other analyzers, or other versions of them, read the two images of ${names.image}: packages may differ for that reason.`,
    );
  }
}
