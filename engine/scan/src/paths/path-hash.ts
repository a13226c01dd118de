/**
 * Hashes of paths and of all their parent directories in one pass. 53 bits in a double, so that sets of them sort and
 * search natively. Not cryptographic: a hit says "look closer", never "it is so". Only a miss decides.
 */

const SLASH = 0x2f;
const SEED_A = 0x811c9dc5 | 0;
const SEED_B = 0x2f0b4a27;
const PRIME_A = 0x01000193;
const PRIME_B = 0x85ebca6b | 0;

/**
 * Hash of `bytes[start, end)`, a path in normal form. `onParent(hash, depth)` gets each proper parent, outermost first;
 * the root has no hash.
 */
export function hashPath(
  bytes: Uint8Array,
  start: number,
  end: number,
  onParent: (hash: number, depth: number) => void,
): number {
  let a = SEED_A;
  let b = SEED_B;
  let depth = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === SLASH) onParent(join(a, b), depth++);
    a = Math.imul(a ^ byte, PRIME_A);
    b = Math.imul(b ^ byte, PRIME_B);
    b ^= b >>> 15;
  }
  return join(a, b);
}

/** {@link hashPath} of a text. */
export function hashOfPath(path: string): number {
  let a = SEED_A;
  let b = SEED_B;
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code >= 0x80) return hashOfUtf8(Buffer.from(path, 'utf8'));
    a = Math.imul(a ^ code, PRIME_A);
    b = Math.imul(b ^ code, PRIME_B);
    b ^= b >>> 15;
  }
  return join(a, b);
}

function hashOfUtf8(bytes: Uint8Array): number {
  return hashPath(bytes, 0, bytes.length, () => undefined);
}

/** 32 bits of one lane above 21 of the other: at most 2^53 - 1. */
function join(a: number, b: number): number {
  return (a >>> 0) * 0x200000 + (b >>> 11);
}
