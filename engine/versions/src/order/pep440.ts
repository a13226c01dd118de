import { keyedComparator } from './keyed-comparator.ts';
import { asciiKey, numberKey, releaseKey, restKey } from './sort-key.ts';

/**
 * Python versions. Texts that PEP 440 does not know are below all others, as in setuptools, and among each other in
 * the order of their bytes.
 *
 * Source: PEP 440 and its appendix B; `packaging.version` for the order of the parts.
 */
export const pep440 = keyedComparator({ id: 'pep440', isValid: (version) => PEP440.test(version), key });

const PEP440 = new RegExp(
  [
    String.raw`^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)`,
    String.raw`(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)(?:[-_.]?(\d+))?)?`,
    String.raw`(-(\d+)|[-_.]?(?:post|rev|r)(?:[-_.]?(\d+))?)?`,
    String.raw`([-_.]?dev(?:[-_.]?(\d+))?)?`,
    String.raw`(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$`,
  ].join(''),
  'i',
);

function key(version: string): string {
  const match = PEP440.exec(version);
  if (match === null) return `\0${restKey(version)}`;
  const [, epoch = '', release = '', pre, preNumber = '', post, postNumber, postWordNumber, dev, devNumber, local] =
    match;
  // A development release of a final release comes before that release's pre-releases; of anything else, just before it.
  const isDevOfFinal = pre === undefined && post === undefined && dev !== undefined;
  return [
    '\x01',
    numberKey(epoch),
    releaseKey(release.split('.')),
    isDevOfFinal ? '\0' : pre === undefined ? '\x04' : phaseOf(pre) + numberKey(preNumber),
    post === undefined ? '\0' : `\x01${numberKey(postNumber ?? postWordNumber ?? '')}`,
    dev === undefined ? '\x01' : `\0${numberKey(devNumber ?? '')}`,
    localKey(local),
  ].join('');
}

function phaseOf(word: string): string {
  const first = word[0]?.toLowerCase();
  if (first === 'a') return '\x01';
  if (first === 'b') return '\x02';
  return '\x03';
}

/** No local part is lowest; segments: texts below numbers; fewer are lower. */
function localKey(local: string | undefined): string {
  if (local === undefined) return '\0';
  let key = '\x01';
  for (const segment of local.toLowerCase().split(/[-_.]/)) {
    key += /^\d+$/.test(segment) ? `\x02${numberKey(segment)}` : `\x01${asciiKey(segment)}`;
  }
  return `${key}\0`;
}
