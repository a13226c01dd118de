import type { SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import { pae } from '@stella-ops/engine-envelope';
import { digestOf } from '@stella-ops/engine-kernel';
import type { Handler } from '@stella-ops/platform/http';
import type { RecordTogether } from '@stella-ops/platform/service';
import { counted } from '../domain/count-failures.ts';
import type { KeyRing } from '../domain/key-ring.ts';
import type { SignerMetrics } from '../metrics.ts';

export interface SignParts {
  readonly keys: KeyRing;
  readonly record: RecordTogether;
  readonly count: SignerMetrics;
}

/** Signs first and writes down after: a signature leaves only when the audit entry that tells of it is committed. */
export function sign({ keys, record, count }: SignParts): Handler<typeof SIGNER_ROUTES.sign> {
  return async ({ body }, context) => {
    const { payloadType } = body;
    const payload = Buffer.from(body.payload, 'base64');
    const key = await counted(count, () => keys.activeKey(context.caller.tenantId));
    const signature = key.sign(pae(payloadType, payload));
    const reply = await record(context, {
      target: { type: 'signing-key', id: key.keyHint },
      details: { keyHint: key.keyHint, payloadType, payloadDigest: digestOf(payload) },
      reply: {
        status: 200 as const,
        body: {
          keyHint: key.keyHint,
          keyDetails: key.keyDetails,
          publicKey: key.publicKey.toString('base64'),
          signature: signature.toString('base64'),
        },
      },
    });
    count.signatures(1, {});
    return reply;
  };
}
