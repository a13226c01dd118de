import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { merkleRoot } from './merkle-root.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** The definition of RFC 9162 section 2.1.1, word for word. */
function definition(entries: readonly Uint8Array[]): Buffer {
  if (entries.length === 0) return sha256(Buffer.alloc(0));
  const [first] = entries;
  if (entries.length === 1) return sha256(Buffer.concat([Buffer.from([0]), first ?? Buffer.alloc(0)]));
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  return sha256(Buffer.concat([Buffer.from([1]), definition(entries.slice(0, k)), definition(entries.slice(k))]));
}

test('the root of no entries is the hash of nothing', () => {
  expect(merkleRoot([]).toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('three one-letter entries have the root that other implementations compute', () => {
  const entries = ['a', 'b', 'c'].map((text) => Buffer.from(text));
  expect(merkleRoot(entries.slice(0, 2)).toString('base64')).toBe('sTeYX/SE+2ANuTEHx3sDZcgNePW0Kd7Q/Zc2HQd5mes=');
  expect(merkleRoot(entries).toString('base64')).toBe('NmQuc8JUCrEh46a/lUWwokmCzYMOsT080Z3jzmwCHsE=');
});

test('the root equals the recursive definition for every size', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 70 }), (entries) => {
      expect(merkleRoot(entries)).toEqual(definition(entries));
    }),
  );
});
