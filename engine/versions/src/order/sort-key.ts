/**
 * Pieces of order-preserving keys. A key is a text of the characters U+0000 to U+00FF, one per byte, so that `<` on
 * keys is the order of their bytes. Every piece is prefix-free: what follows it can never change what it decided.
 */

/** A natural number in decimal, of any length: how many digits, then the digits. */
export function numberKey(digits: string): string {
  let start = 0;
  while (digits.charCodeAt(start) === 0x30) start++;
  const significant = start === 0 ? digits : digits.slice(start);
  const length = significant.length;
  if (length < 0xff) return String.fromCharCode(length) + significant;
  return `\xff${String.fromCharCode((length >>> 24) & 0xff, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff)}${significant}`;
}

/** ASCII text without U+0000; a prefix is lower than what it begins. */
export function asciiKey(text: string): string {
  return `${text}\0`;
}

/** Any text, by its UTF-8 bytes. Not prefix-free: only for the end of a key. */
export function restKey(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Release numbers `1.2.0`: compared number by number, missing ones are 0. */
export function releaseKey(numbers: readonly string[]): string {
  let significant = numbers.length;
  while (significant > 0 && isZero(numbers[significant - 1] ?? '')) significant--;
  let key = '';
  for (let i = 0; i < significant; i++) key += `\x01${numberKey(numbers[i] ?? '')}`;
  return `${key}\0`;
}

function isZero(digits: string): boolean {
  for (let i = 0; i < digits.length; i++) if (digits.charCodeAt(i) !== 0x30) return false;
  return true;
}
