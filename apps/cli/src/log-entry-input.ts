import type { LogEntry } from '@stella-ops/engine-envelope';
import * as z from 'zod';

const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'));
const int64 = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform((text) => BigInt(text));

/** JSON of a `TransparencyLogEntry` (Sigstore protobuf-specs), as the server answers with it. */
const EntryDocument = z.object({
  logIndex: int64,
  logId: z.object({ keyId: base64 }),
  kindVersion: z.object({ kind: z.string(), version: z.string() }),
  integratedTime: int64.default(0n),
  inclusionProof: z.object({
    logIndex: int64,
    rootHash: base64,
    treeSize: int64,
    hashes: z.array(base64).max(64),
    checkpoint: z.object({ envelope: z.string() }),
  }),
  canonicalizedBody: base64,
});

/** @returns undefined when it is none */
export function readLogEntry(document: unknown): LogEntry | undefined {
  const { success, data } = EntryDocument.safeParse(document);
  if (!success) return undefined;
  const { logIndex, logId, kindVersion, integratedTime, inclusionProof, canonicalizedBody } = data;
  const { checkpoint, ...proof } = inclusionProof;
  return {
    logIndex,
    logId: logId.keyId,
    ...kindVersion,
    integratedTime,
    proof: { ...proof, checkpoint: checkpoint.envelope },
    body: canonicalizedBody,
  };
}
