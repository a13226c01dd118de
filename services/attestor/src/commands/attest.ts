import type { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import { actorOf } from '@stella-ops/contracts';
import {
  createBundle,
  hashedRekordBytes,
  IN_TOTO_PAYLOAD_TYPE,
  logEntry,
  pae,
  type PublicKey,
  readPublicKey,
  verifySignature,
} from '@stella-ops/engine-envelope';
import { digestOf } from '@stella-ops/engine-kernel';
import type { Handler } from '@stella-ops/platform/http';
import type { RecordTogether, ServiceHost } from '@stella-ops/platform/service';
import { readStatementToSign } from '../domain/read-statement.ts';
import type { LogReader } from '../log/log-reader.ts';
import type { LogWriter } from '../log/log-writer.ts';

export interface CommandParts {
  readonly host: ServiceHost;
  readonly record: RecordTogether;
  readonly writer: LogWriter;
  readonly reader: LogReader;
}

/**
 * Statement → signature → log entry → bundle. A crash on the way leaves at most a signature that nobody got, or an entry for
 * it; the caller asks again and gets a new one.
 */
export function attest({ host, record, writer, reader }: CommandParts): Handler<typeof ATTESTOR_ROUTES.attest> {
  return async ({ body }, context) => {
    const { caller } = context;
    const payload = Buffer.from(body.statement, 'base64');
    const { predicateType } = readStatementToSign(payload);
    const { logId } = await reader.identity();
    const signer = host.client(SIGNER_ROUTES, {
      tenantId: caller.tenantId,
      service: 'attestor',
      scopes: ['signer.sign'],
      onBehalfOf: actorOf(caller),
    });
    const signed = await signer.sign({
      body: { payloadType: IN_TOTO_PAYLOAD_TYPE, payload: payload.toString('base64') },
    });
    const message = pae(IN_TOTO_PAYLOAD_TYPE, payload);
    const signature = Buffer.from(signed.body.signature, 'base64');
    const key = keyOf(signed.body, message, signature);
    const entry = hashedRekordBytes(message, signature, key);
    const logged = await writer.append(caller.tenantId, entry);
    const bundle = createBundle({
      content: {
        kind: 'envelope',
        envelope: { payloadType: IN_TOTO_PAYLOAD_TYPE, payload, signatures: [{ keyid: '', sig: signature }] },
      },
      signer: { keyHint: key.hint },
      entry: logEntry(logId, entry, logged),
    });
    return record(context, {
      target: { type: 'log-entry', id: String(logged.logIndex) },
      details: { predicateType, statementDigest: digestOf(payload), keyHint: key.hint },
      reply: { status: 200 as const, body: { bundle: bundle.toString('base64'), logIndex: logged.logIndex } },
    });
  };
}

interface Signed {
  readonly publicKey: string;
  readonly keyHint: string;
  readonly keyDetails: PublicKey['keyDetails'];
}

/** Another process signed: that it did, with the key it names, is checked before the log says so for ever. */
function keyOf({ publicKey, keyHint, keyDetails }: Signed, message: Buffer, signature: Buffer): PublicKey {
  const key = readPublicKey(Buffer.from(publicKey, 'base64'), 'signing key');
  if (key.hint !== keyHint || key.keyDetails !== keyDetails || !verifySignature(key.publicKey, message, signature)) {
    throw new Error('the signer answered with a signature that does not verify');
  }
  return key;
}
