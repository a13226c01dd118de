import { verifyAudit } from '@stella-ops/engine-capsule';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { auditPackage, chunksOf, newAuditor, trailOf } from '../../engine/capsule/src/testing/audit.ts';
import { spansOf, unpacked } from '../../engine/capsule/src/testing/tar-edits.ts';

const FLIPS = 600;
const seed = Number(process.env['STELLA_TEST_SEED'] ?? Date.now() % 1_000_000);

/** Random bits, one in each of `FLIPS` equal parts. */
function bitsOf(sizeBytes: number): number[] {
  const part = Math.floor((sizeBytes * 8) / FLIPS);
  return fc.sample(fc.nat({ max: part - 1 }), { seed, numRuns: FLIPS }).map((bit, i) => i * part + bit);
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
}

test(`a flipped bit in an export of the audit trail is caught, in each of ${FLIPS} parts of it (seed ${seed})`, async () => {
  const auditor = newAuditor();
  const tar = unpacked(await auditPackage(auditor, trailOf(12).slice(4)));
  const { trust } = auditor;
  expect((await verifyAudit(chunksOf(tar), { trust })).status).toBe('verified');
  const spans = spansOf(tar);
  const hits = new Set<string>();
  for (const bit of bitsOf(tar.length)) {
    const file = spans.find(({ end }) => bit >> 3 < end)?.path ?? '(archive)';
    const { status, faults, lacking } = await verifyAudit(chunksOf(flipped(tar, bit)), { trust });
    // Where the flip gives the seal the name of a log or key that nobody knows, that is lacking trust and no proof of a fault.
    const isCaught = status === 'invalid' || (status === 'unverifiable' && file.endsWith('.sigstore.json'));
    expect(isCaught, `bit ${bit} in ${file}: ${status} ${JSON.stringify([faults, lacking])}`).toBe(true);
    hits.add(file);
  }
  expect(hits.size).toBe(spans.length + 1);
});
