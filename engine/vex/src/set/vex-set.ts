import {
  canonicalBytes,
  type Digest,
  decodeOrThrow,
  digestOf,
  parseCanonicalJson,
  shape as s,
  sortedBy,
} from '@stella-ops/engine-kernel';
import type { Findings } from '@stella-ops/engine-advisories';
import { fail } from '../errors.ts';
import { readOpenVex } from '../openvex/read-openvex.ts';
import type { VexDocument, VexSet } from '../types.ts';
import { vulnerabilityKeys } from '../vulnerability-names.ts';

const MAX_BYTES = 256 * 1024 * 1024;

const vexSetShape = s.object({
  format: s.literal('stella.vex/v1'),
  documents: s.array(s.object({ digest: s.digest, raw: s.string({ max: MAX_BYTES }) }), { max: 100_000 }),
});

/**
 * The documents that name a vulnerability of the findings, by any of its names, whatever product they speak of: what a
 * decision depends on. The same documents in any order, some of them twice, give the same set.
 */
export function buildVexSet(documents: readonly VexDocument[], findings: Findings): VexSet {
  const wanted = new Set(findings.findings.flatMap((finding) => [...vulnerabilityKeys(finding)]));
  const kept = new Map<Digest, VexSet['documents'][number]>();
  for (const { digest, raw, statements } of documents) {
    if (statements.some(({ vulnerabilities }) => vulnerabilities.some((name) => wanted.has(name)))) {
      kept.set(digest, { digest, raw });
    }
  }
  return { format: 'stella.vex/v1', documents: sortedBy(kept.values(), ({ digest }) => digest) };
}

/** What is stored and hashed. @throws AppError `VEX_SET_TOO_LARGE` beyond 256 MiB */
export function vexSetBytes(set: VexSet): Buffer {
  const bytes = canonicalBytes(set);
  if (bytes.length <= MAX_BYTES) return bytes;
  throw fail('VEX_SET_TOO_LARGE', `VEX documents of ${bytes.length} bytes are over the limit of ${MAX_BYTES}`);
}

/**
 * Reads a set back: every document is checked against its digest and read again.
 *
 * @throws AppError `VEX_DIGEST_MISMATCH`, `VEX_DOCUMENT_INVALID`, or what kernel's `parseCanonicalJson` and `decodeOrThrow` throw
 */
export function readVexSet(bytes: Uint8Array, file: string): VexDocument[] {
  const set = decodeOrThrow(vexSetShape, parseCanonicalJson(bytes, file, { maxBytes: MAX_BYTES }), file);
  return set.documents.map(({ digest, raw }, index) => {
    const place = { file, pointer: `/documents/${index}` };
    const rawBytes = Buffer.from(raw, 'utf8');
    const found = digestOf(rawBytes);
    if (found !== digest) {
      throw fail('VEX_DIGEST_MISMATCH', `the document has digest ${found}, the set says ${digest}`, { place });
    }
    const reading = readOpenVex(rawBytes, file);
    if (reading.ok) return reading.document;
    const [first] = reading.violations;
    throw fail('VEX_DOCUMENT_INVALID', `${first?.pointer || '/'}: ${first?.message}`, {
      place,
      details: { violations: reading.violations },
    });
  });
}
