const SPACE = 0x20;

/**
 * A numeric field of a tar header, bytes `[start, end)`: octal text with leading and trailing spaces or NULs, or GNU
 * base-256 (first bit set, big-endian two's complement). An empty field is 0.
 *
 * @returns `NaN` when the field is malformed or beyond what a double holds exactly
 */
export function readTarNumber(block: Uint8Array, start: number, end: number): number {
  return ((block[start] ?? 0) & 0x80) === 0 ? readOctal(block, start, end) : readBase256(block, start, end);
}

function readOctal(block: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(block[at])) at++;
  let value = 0;
  for (; at < end; at++) {
    const digit = (block[at] as number) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  while (at < end && block[at] === SPACE) at++;
  return (at === end || block[at] === 0) && value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN;
}

function readBase256(block: Uint8Array, start: number, end: number): number {
  const first = block[start] as number;
  const flip = (first & 0x40) === 0 ? 0 : 0xff;
  // The first bit marks the form and is not part of the number.
  let value = (first ^ flip) & 0x7f;
  for (let at = start + 1; at < end; at++) value = value * 256 + ((block[at] as number) ^ flip);
  if (value > Number.MAX_SAFE_INTEGER) return Number.NaN;
  return flip === 0 ? value : -value - 1;
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === 0;
}
