import { createPublicKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { writeDurably } from '../durable-file.ts';
import { fail } from '../errors.ts';

const Stored = z.strictObject({
  format: z.literal('stella.agent/v1'),
  /** `https://host:port` */
  server: z.string(),
  agentId: z.string(),
  name: z.string(),
  /** PEM, each. */
  authority: z.string(),
  certificate: z.string(),
  /** PKCS#8. */
  key: z.string(),
});

/** Who an agent is, and whom it believes. */
export type Identity = Readonly<z.infer<typeof Stored>>;

/** @throws AppError `AGENT_NOT_ENROLLED`, `AGENT_IDENTITY_UNREADABLE` */
export async function readIdentity(path: string): Promise<Identity> {
  const place = { file: path };
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') throw fail('AGENT_NOT_ENROLLED', 'there is no identity in this folder', { place });
    throw fail('AGENT_IDENTITY_UNREADABLE', 'the file cannot be read', { place, cause });
  });
  try {
    const identity = Stored.parse(JSON.parse(text));
    checkCertificate(identity);
    return identity;
  } catch {
    // No cause: what a parser says of this file may quote the key.
    throw fail('AGENT_IDENTITY_UNREADABLE', 'the file is not an identity of an agent', { place });
  }
}

export async function writeIdentity(path: string, identity: Identity): Promise<void> {
  await writeDurably(path, `${JSON.stringify(identity, null, 2)}\n`);
}

/**
 * Whether a certificate is for this key, by this authority. Its dates are the server's to judge: clocks of hosts go wrong.
 *
 * @throws AppError `CERTIFICATE_MISMATCH`
 */
export function checkCertificate(parts: {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}): void {
  const certificate = new X509Certificate(parts.certificate);
  const authority = new X509Certificate(parts.authority);
  const isOurs =
    certificate.verify(authority.publicKey) &&
    certificate.publicKey.export({ type: 'spki', format: 'der' }).equals(publicKeyOf(parts.key));
  if (!isOurs) throw fail('CERTIFICATE_MISMATCH', 'the certificate is not for the key that was made here');
}

/** When a certificate begins and ends, milliseconds since the epoch. */
export function lifeOf(certificate: string): { readonly beginsAtMs: number; readonly endsAtMs: number } {
  const { validFromDate, validToDate } = new X509Certificate(certificate);
  return { beginsAtMs: validFromDate.getTime(), endsAtMs: validToDate.getTime() };
}

function publicKeyOf(key: string): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}
