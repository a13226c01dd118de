import type { Decision as DecisionRow } from '@stella-ops/contracts/policy';
import { EVIDENCE_ROLES, parseDecisionInput } from '@stella-ops/engine-capsule';
import { AppError, type Digest } from '@stella-ops/engine-kernel';
import { type Rebuilt, rebuildDecision, refusal } from '../domain/rebuild-decision.ts';
import type { Sealing } from '../sealing.ts';

/** Errors of the object store that say what an object is; others say how the store is, and pass. */
const BROKEN_OBJECT: ReadonlySet<string> = new Set(['BLOB_CORRUPT', 'BLOB_TOO_LARGE']);

/**
 * Makes a recorded decision again from its stored documents.
 *
 * @throws what the object store throws when it cannot be read
 */
export async function loadDecision(
  { host, config }: Sealing,
  tenantId: string,
  recorded: DecisionRow,
): Promise<Rebuilt> {
  const objects = host.objects.tenant(tenantId, 'decisions');
  const read = async (digest: Digest, what: string): Promise<Buffer> => {
    const bytes = await objects.get(digest, { maxBytes: config.maxDocumentBytes });
    if (bytes === undefined) throw new Broken('DECISION_BLOB_MISSING', `${what} ${digest} is not stored`);
    return bytes;
  };
  try {
    const input = parseDecisionInput(await read(recorded.id as Digest, 'decision input'), 'decision-input.json');
    const blobs = new Map<Digest, Uint8Array>();
    for (const role of EVIDENCE_ROLES) blobs.set(input[role], await read(input[role], role));
    return rebuildDecision(input, blobs, recorded);
  } catch (error) {
    if (error instanceof Broken) return refusal(error.code, error.message);
    if (error instanceof AppError && (error.status < 500 || BROKEN_OBJECT.has(error.code))) {
      return refusal(error.code, error.message);
    }
    throw error;
  }
}

class Broken extends Error {
  readonly code: string;

  constructor(code: string, sentence: string) {
    super(sentence);
    this.code = code;
  }
}
