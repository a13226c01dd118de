import { replayCapsule, verifyCapsule } from '@stella-ops/engine-capsule';
import { describe, expect, test } from 'vitest';
import { decideWith, excepted, newSeal, notAffected } from '../../engine/capsule/src/testing/scenario.ts';
import { spansOf, unpacked } from '../../engine/capsule/src/testing/tar-edits.ts';
import { bitsOf, flipped, seed } from './bit-flips.ts';

const FLIPS = 1000;

describe(`a flipped bit in a capsule (seed ${seed})`, async () => {
  const { pack, trust } = newSeal();
  const capsule = await pack(decideWith({ vexSet: notAffected(), exceptions: excepted() }));
  const tar = unpacked(capsule);

  test(`of the plain archive, headers and padding included, is caught with file and check named, ${FLIPS} times`, async () => {
    expect((await verifyCapsule(tar, { trust })).status).toBe('verified');
    const spans = spansOf(tar);
    const hits = new Map<string, number>();
    for (const bit of bitsOf(tar.length, FLIPS)) {
      const file = spans.find(({ end }) => bit >> 3 < end)?.path ?? '(archive)';
      const { status, faults, lacking } = await verifyCapsule(flipped(tar, bit), { trust });
      const named = [...faults, ...lacking].filter((fault) => fault.file === file && fault.check !== '');
      // Where the flip gives a seal the name of a log that nobody knows, that is lacking trust and no proof of a fault.
      const isCaught = status === 'invalid' || (status === 'unverifiable' && file.endsWith('.sigstore.json'));
      expect([isCaught, named.length > 0], `bit ${bit} in ${file}: ${JSON.stringify(faults)}`).toEqual([true, true]);
      hits.set(file, (hits.get(file) ?? 0) + 1);
    }
    expect(hits.size).toBe(spans.length + 1);
  });

  test(`of the compressed file is caught or decodes to the same bytes, ${FLIPS} times`, async () => {
    let same = 0;
    for (const bit of bitsOf(capsule.length, FLIPS)) {
      const damaged = flipped(capsule, bit);
      const { status, faults } = await verifyCapsule(damaged, { trust });
      if (status === 'verified') {
        expect(unpacked(damaged).equals(tar), `bit ${bit}`).toBe(true);
        same++;
      } else {
        expect(faults[0]?.check, `bit ${bit}`).toBeTruthy();
      }
    }
    expect(same).toBeLessThan(FLIPS / 2);
  });

  test('never ends a replay in an error, and never makes it identical with other documents', async () => {
    const spans = spansOf(tar);
    for (const bit of bitsOf(tar.length, FLIPS).filter((_, i) => i % 5 === 0)) {
      const damaged = flipped(tar, bit);
      const { status, code } = await replayCapsule(damaged, { trust });
      const span = spans.find(({ end }) => bit >> 3 < end);
      const isEvidence = span !== undefined && EVIDENCE.has(span.path) && isContent(tar, span.start, bit >> 3);
      if (isEvidence) expect(status, `bit ${bit} in ${span.path}: ${code}`).toBe('failed');
    }
  });
});

const EVIDENCE = new Set([
  'decision-input.json',
  'exceptions.json',
  'inventory.json',
  'policy.yaml',
  'slice.json',
  'vex.json',
]);

/** Header and padding are no part of a document. */
function isContent(tar: Buffer, start: number, at: number): boolean {
  const size = Number.parseInt(tar.toString('latin1', start + 124, start + 135), 8);
  return at >= start + 512 && at < start + 512 + size;
}
