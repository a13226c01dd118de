import { keyedComparator } from './keyed-comparator.ts';
import { numberKey } from './sort-key.ts';

/** The end of a run of non-digits sorts after `~` and before everything else (deb-version(7)). */
const TILDE = '\x01';
const END = '\x02';

/** Class of each ASCII character in a run of non-digits: `~`, end, letters, all others. */
const CLASSES = buildClasses();

/**
 * Versions of Debian, Ubuntu and everything else that dpkg manages: `[epoch:]upstream[-revision]`.
 * Texts that dpkg refuses are ordered by the same rules, an epoch that is no number being part of the upstream version.
 *
 * Source: deb-version(7); dpkg `lib/dpkg/version.c`, `lib/dpkg/parsehelp.c`.
 */
export const dpkg = keyedComparator({ id: 'dpkg', isValid, key });

const VALID = /^(?:\d{1,10}:)?\d[A-Za-z0-9.+:~]*(?:-[A-Za-z0-9.+:~]*)*$/;

/** What dpkg takes without error or warning. */
function isValid(version: string): boolean {
  const text = version.trim();
  return VALID.test(text) && !text.endsWith('-');
}

function key(version: string): string {
  const text = version.trim();
  const colon = text.indexOf(':');
  const hasEpoch = colon > 0 && isDigits(text, colon);
  const rest = hasEpoch ? text.slice(colon + 1) : text;
  const hyphen = rest.lastIndexOf('-');
  const upstream = hyphen === -1 ? rest : rest.slice(0, hyphen);
  const revision = hyphen === -1 ? '' : rest.slice(hyphen + 1);
  return numberKey(hasEpoch ? text.slice(0, colon) : '') + runsKey(upstream) + runsKey(revision);
}

/** Non-digits and digits in turn; a missing number is 0, so that `1.` equals `1.0`. */
function runsKey(text: string): string {
  let key = '';
  let at = 0;
  do {
    while (at < text.length && !isDigit(text.charCodeAt(at))) key += classOf(text.charCodeAt(at++));
    const start = at;
    while (at < text.length && isDigit(text.charCodeAt(at))) at++;
    key += END + numberKey(text.slice(start, at));
  } while (at < text.length);
  return key + END;
}

function classOf(code: number): string {
  return CLASSES[code] ?? `\xff${String.fromCharCode(code >>> 8, code & 0xff)}`;
}

function buildClasses(): readonly string[] {
  const classes: string[] = [];
  let next = END.charCodeAt(0) + 1;
  const isLetter = (code: number) => /[A-Za-z]/.test(String.fromCharCode(code));
  const codes = Array.from({ length: 0x80 }, (_, code) => code);
  for (const code of codes.filter(isLetter)) classes[code] = String.fromCharCode(next++);
  for (const code of codes.filter((one) => !isLetter(one))) classes[code] = String.fromCharCode(next++);
  classes['~'.charCodeAt(0)] = TILDE;
  return classes;
}

function isDigits(text: string, end: number): boolean {
  for (let i = 0; i < end; i++) if (!isDigit(text.charCodeAt(i))) return false;
  return true;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
