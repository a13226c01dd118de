import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { readBundle } from '@stella-ops/engine-envelope';
import { fail } from '../errors.ts';
import type { SealFor, Sealing } from '../sealing.ts';

export interface Attested {
  /** Bytes of the Sigstore bundle. */
  readonly bundle: Buffer;
  readonly logIndex: number;
  /** Of the key that signed. */
  readonly keyHint: string | undefined;
}

/**
 * Has a statement signed and logged.
 *
 * @throws AppError `ATTESTATION_MISMATCH` when the bundle is over something else; what the attestor answers
 */
export async function attest({ host }: Sealing, to: SealFor, statement: Uint8Array): Promise<Attested> {
  const attestor = host.client(ATTESTOR_ROUTES, { ...to, service: 'evidence', scopes: ['attestor.attest'] });
  const { body } = await attestor.attest({ body: { statement: Buffer.from(statement).toString('base64') } });
  const bundle = Buffer.from(body.bundle, 'base64');
  const read = readBundle(bundle);
  const content = read.ok ? read.value.content : undefined;
  if (content?.kind !== 'envelope' || !content.envelope.payload.equals(statement)) {
    throw fail('ATTESTATION_MISMATCH', 'the bundle of the attestor is not over the statement that it was given');
  }
  return { bundle, logIndex: body.logIndex, keyHint: read.ok ? read.value.keyHint : undefined };
}
