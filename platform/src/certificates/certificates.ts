import { createHash, createPrivateKey, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type { Extension } from '@peculiar/x509';
import type { Timestamp } from '@stella-ops/engine-kernel';
import type { TlsIdentity } from '../http/index.ts';
import type { Randomness } from '../runtime/clock.ts';

export type CryptoKey = webcrypto.CryptoKey;

/** Keys of agents, servers and of the authority of agents. */
export const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
export const ED25519 = { name: 'Ed25519' } as const;

const DAY_MS = 86_400_000;
/** Clocks of hosts differ: a certificate begins a little before it is made. */
const BACKDATE_MS = 5 * 60_000;

/** Loaded when it is needed: it costs an idle server some megabytes. */
export const x509 = async () => {
  // The library's container of dependencies wants it before it.
  await import('reflect-metadata');
  return import('@peculiar/x509');
};

/** Whoever signs certificates (RFC 5280). */
export interface CertificateAuthority {
  /** PEM. */
  readonly certificate: string;
  readonly key: CryptoKey;
  readonly algorithm: typeof P256 | typeof ED25519;
}

export interface IssuedCertificate {
  /** PEM. */
  readonly certificate: string;
  /** Hexadecimal. */
  readonly serial: string;
  /** `sha256:` of the DER form. */
  readonly fingerprint: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

/** When a certificate counts. Certificates know whole seconds only. */
export interface Life {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export function lifeFrom(now: Timestamp, days: number): Life {
  const nowMs = Math.floor(Date.parse(now) / 1000) * 1000;
  return { notBefore: new Date(nowMs - BACKDATE_MS), notAfter: new Date(nowMs + days * DAY_MS) };
}

/** What a certificate says of its holder. */
export interface Subject {
  readonly name: string;
  readonly usages: readonly ('client' | 'server')[];
  /** Host names and addresses. */
  readonly hosts?: readonly string[];
  readonly urls?: readonly string[];
}

/** A certificate for a key, signed by an authority. It signs nothing itself. */
export async function signCertificate(
  { certificate, key, algorithm }: CertificateAuthority,
  publicKey: CryptoKey,
  subject: Subject,
  life: Life,
  randomness: Randomness,
): Promise<IssuedCertificate> {
  const x = await x509();
  const issuer = new x.X509Certificate(certificate);
  const { clientAuth, serverAuth } = x.ExtendedKeyUsage;
  const usages = subject.usages.map((usage) => (usage === 'client' ? clientAuth : serverAuth));
  const extensions: Extension[] = [
    new x.BasicConstraintsExtension(false, undefined, true),
    new x.KeyUsagesExtension(x.KeyUsageFlags.digitalSignature, true),
    new x.ExtendedKeyUsageExtension(usages),
    await x.AuthorityKeyIdentifierExtension.create(issuer, false, webcrypto),
    new x.SubjectAlternativeNameExtension([
      ...(subject.hosts ?? []).map((value) => ({
        type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
        value,
      })),
      ...(subject.urls ?? []).map((value) => ({ type: 'url' as const, value })),
    ]),
  ];
  const made = await x.X509CertificateGenerator.create(
    {
      serialNumber: newSerial(randomness),
      subject: [{ CN: [subject.name] }],
      issuer: issuer.subject,
      ...life,
      publicKey,
      signingKey: key,
      signingAlgorithm: algorithm,
      extensions,
    },
    webcrypto,
  );
  return {
    certificate: made.toString('pem'),
    serial: made.serialNumber,
    fingerprint: fingerprintOf(Buffer.from(made.rawData)),
    notBefore: life.notBefore.toISOString(),
    notAfter: life.notAfter.toISOString(),
  };
}

/** The certificate of an authority itself, PEM. @param serial hexadecimal */
export async function selfSigned(
  name: string,
  keys: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey },
  algorithm: CertificateAuthority['algorithm'],
  life: Life,
  serial: string,
): Promise<string> {
  const x = await x509();
  const made = await x.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial,
      name: [{ CN: [name] }],
      ...life,
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new x.BasicConstraintsExtension(true, 0, true),
        new x.KeyUsagesExtension(x.KeyUsageFlags.keyCertSign | x.KeyUsageFlags.cRLSign, true),
        await x.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return made.toString('pem');
}

/** A new P-256 key with a certificate, ready for a TLS server or client, and the authority behind it. */
export async function newIdentity(
  authority: CertificateAuthority,
  subject: Subject,
  life: Life,
  randomness: Randomness,
): Promise<TlsIdentity> {
  const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const { certificate, notAfter } = await signCertificate(authority, keys.publicKey, subject, life, randomness);
  const ca = authority.certificate;
  return { key: await pemOf(keys.privateKey), cert: `${certificate}\n${ca}`, ca, notAfter };
}

export function fingerprintOf(der: Uint8Array): string {
  return `sha256:${createHash('sha256').update(der).digest('hex')}`;
}

/** Positive, of 16 random bytes (RFC 5280, section 4.1.2.2). */
export function newSerial(randomness: Randomness): string {
  const bytes = randomness.bytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

async function pemOf(key: CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();
}
