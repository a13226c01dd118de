import { expect, test } from 'vitest';
import { concat, sha256 } from './base64.ts';
import { isConsistent } from './consistency.ts';

type Hash = Uint8Array<ArrayBuffer>;

const MOST = 17;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const leafOf = (entry: string): Promise<Hash> => sha256(concat(Uint8Array.of(0), text(entry)));
const leaves = await Promise.all(Array.from({ length: MOST }, (_, at) => leafOf(`entry ${at}`)));

/** The largest power of two below a size. */
function split(size: number): number {
  let half = 1;
  while (half * 2 < size) half *= 2;
  return half;
}

/** RFC 9162, section 2.1.1, as it stands there. */
async function rootOf(from: readonly Hash[]): Promise<Hash> {
  const [only] = from;
  if (only !== undefined && from.length === 1) return only;
  const half = split(from.length);
  return sha256(concat(Uint8Array.of(1), await rootOf(from.slice(0, half)), await rootOf(from.slice(half))));
}

/** SUBPROOF of RFC 9162, section 2.1.4.1. */
async function proofOf(old: number, from: readonly Hash[], isWhole = true): Promise<Hash[]> {
  if (old === from.length) return isWhole ? [] : [await rootOf(from)];
  const half = split(from.length);
  return old <= half
    ? [...(await proofOf(old, from.slice(0, half), isWhole)), await rootOf(from.slice(half))]
    : [...(await proofOf(old - half, from.slice(half), false)), await rootOf(from.slice(0, half))];
}

const at = async (old: number, size: number) => ({
  oldSize: BigInt(old),
  size: BigInt(size),
  oldRoot: await rootOf(leaves.slice(0, old)),
  root: await rootOf(leaves.slice(0, size)),
  proof: await proofOf(old, leaves.slice(0, size)),
});

test('every earlier tree of a log is found in every later one, and with nothing else in its place', async () => {
  const other = await leafOf('another entry');
  for (let size = 1; size <= MOST; size++) {
    for (let old = 1; old <= size; old++) {
      const right = await at(old, size);
      const name = `${old} in ${size}`;
      expect(await isConsistent(right), name).toBe(true);
      expect(await isConsistent({ ...right, oldRoot: other }), `${name}, another old root`).toBe(false);
      expect(await isConsistent({ ...right, root: other }), `${name}, another root`).toBe(false);
      expect(await isConsistent({ ...right, proof: [...right.proof, other] }), `${name}, longer`).toBe(false);
      if (right.proof.length === 0) continue;
      expect(await isConsistent({ ...right, proof: right.proof.slice(1) }), `${name}, shorter`).toBe(false);
      expect(await isConsistent({ ...right, proof: [other, ...right.proof.slice(1)] }), `${name}, forged`).toBe(false);
    }
  }
});

test('an empty tree proves nothing, and no tree holds a longer one', async () => {
  const right = await at(3, 7);
  expect(await isConsistent({ ...right, oldSize: 0n })).toBe(false);
  expect(await isConsistent({ ...right, oldSize: 7n, size: 3n })).toBe(false);
});
