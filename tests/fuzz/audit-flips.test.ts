import { verifyAudit } from '@stella-ops/engine-capsule';
import { expect, test } from 'vitest';
import { auditPackage, chunksOf, newAuditor, trailOf } from '../../engine/capsule/src/testing/audit.ts';
import { spansOf, unpacked } from '../../engine/capsule/src/testing/tar-edits.ts';
import { bitsOf, flipped, seed } from './bit-flips.ts';

const FLIPS = 600;

test(`a flipped bit in an export of the audit trail is caught, in each of ${FLIPS} parts of it (seed ${seed})`, async () => {
  const auditor = newAuditor();
  const tar = unpacked(await auditPackage(auditor, trailOf(12).slice(4)));
  const { trust } = auditor;
  expect((await verifyAudit(chunksOf(tar), { trust })).status).toBe('verified');
  const spans = spansOf(tar);
  const hits = new Set<string>();
  for (const bit of bitsOf(tar.length, FLIPS)) {
    const file = spans.find(({ end }) => bit >> 3 < end)?.path ?? '(archive)';
    const { status, faults, lacking } = await verifyAudit(chunksOf(flipped(tar, bit)), { trust });
    // Where the flip gives the seal the name of a log or key that nobody knows, that is lacking trust and no proof of a fault.
    const isCaught = status === 'invalid' || (status === 'unverifiable' && file.endsWith('.sigstore.json'));
    expect(isCaught, `bit ${bit} in ${file}: ${status} ${JSON.stringify([faults, lacking])}`).toBe(true);
    hits.add(file);
  }
  expect(hits.size).toBe(spans.length + 1);
});
