import { createHash } from 'node:crypto';
import { type KeySigner, statementBytes } from '@stella-ops/engine-envelope';
import { digestOf } from '@stella-ops/engine-kernel';

/** What a client of the log sends for a message that it signed. */
export function entryRequest(key: KeySigner, message: string) {
  const bytes = Buffer.from(message);
  return {
    hashedRekordRequestV002: {
      digest: createHash('sha256').update(bytes).digest('base64'),
      signature: {
        content: key.sign(bytes).toString('base64'),
        verifier: {
          publicKey: { rawBytes: key.publicKey.toString('base64') },
          keyDetails: key.keyDetails as string,
        },
      },
    },
  };
}

/** A statement about the artefact of that content. */
export function statementAbout(artifact: string): Buffer {
  return statementBytes({
    subjects: [{ name: 'artefact', digest: digestOf(artifact) }],
    predicateType: 'https://example.com/outcome/v1',
    predicate: { outcome: 'allow' },
  });
}
