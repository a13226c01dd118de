import type { VoidCode } from '@stella-ops/contracts/releases';

/** Why an approval no longer counts: the same text in API, command line and console. */
export function voidSentence(code: VoidCode, person: string): string {
  return SENTENCES[code](person);
}

const SENTENCES: Readonly<Record<VoidCode, (person: string) => string>> = {
  right_lost: (person) => `${person} may no longer approve promotions.`,
  duties: (person) => `${person} asked for this promotion, so another person must approve it.`,
  changed: () => 'The digest of the release or of the policy is another one than it was given for.',
  blocked: () => 'A gate became blocked after it was given.',
  withdrawn: (person) => `${person} rejected the promotion since.`,
};
