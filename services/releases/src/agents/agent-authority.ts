import { createHash, createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Extension } from '@peculiar/x509';
import type { Database } from '@stella-ops/platform/database';
import { type MasterKey, openMasterKey, type Randomness, type SystemClock } from '@stella-ops/platform/runtime';
import { fail } from '../errors.ts';
import { type AuthorityRow, findAuthority, insertAuthority } from '../store/agent-authority.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const SEAL = 'releases:agent-authority';
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 20 * 365;
const SERVER_DAYS = 30;
/** Clocks of hosts differ: a certificate begins a little before it is made. */
const BACKDATE_MS = 5 * 60_000;
const crypto = webcrypto;
type CryptoKey = webcrypto.CryptoKey;

/** Loaded when it is needed: it costs an idle server some megabytes. */
const x509 = async () => {
  // The library's container of dependencies wants it before it.
  await import('reflect-metadata');
  return import('@peculiar/x509');
};

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

/** What a listener for agents needs, PEM each. */
export interface ServerIdentity {
  readonly key: string;
  /** With the authority behind it: agents pin that one. */
  readonly cert: string;
  readonly ca: string;
  readonly notAfter: string;
}

interface Parts {
  readonly database: Database;
  readonly masterKeyFile: string;
  readonly randomness: Randomness;
  readonly clock: SystemClock;
}

interface Opened {
  readonly certificate: string;
  readonly key: CryptoKey;
}

/**
 * The certificate authority of the installation's agents (RFC 5280). Made when it is first asked for; its key lies in the
 * database, sealed with the master key. Nothing here runs inside a transaction.
 */
export class AgentAuthority {
  readonly #parts: Parts;
  #row: Promise<AuthorityRow> | undefined;
  #opened: Promise<Opened> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** PEM. @throws AppError `AUTHORITY_UNAVAILABLE` */
  async certificate(): Promise<string> {
    return (await this.#load()).certificate;
  }

  /** What agents pin. @throws AppError `AUTHORITY_UNAVAILABLE` */
  async fingerprint(): Promise<string> {
    return fingerprintOf(new X509Certificate(await this.certificate()).raw);
  }

  /**
   * A certificate for an agent's key.
   *
   * @param csr PEM, PKCS#10; of what it says only the key counts
   * @throws AppError `CSR_INVALID`, `AUTHORITY_UNAVAILABLE`
   */
  async issue(
    csr: string,
    agent: { readonly id: string; readonly name: string; readonly tenantId: string },
    days: number,
  ): Promise<IssuedCertificate> {
    const { ExtendedKeyUsage, SubjectAlternativeNameExtension } = await x509();
    const publicKey = await keyOf(csr);
    return this.#sign(publicKey, agent.name, days, ExtendedKeyUsage.clientAuth, [
      new SubjectAlternativeNameExtension([{ type: 'url', value: `urn:stella:agent:${agent.tenantId}:${agent.id}` }]),
    ]);
  }

  /** A new key and certificate for the port that agents dial. @param names host names and addresses */
  async serverIdentity(names: readonly string[]): Promise<ServerIdentity> {
    const { ExtendedKeyUsage, SubjectAlternativeNameExtension } = await x509();
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const alternative = new SubjectAlternativeNameExtension(
      names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
    );
    const { certificate, notAfter } = await this.#sign(
      keys.publicKey,
      names[0] ?? 'stella',
      SERVER_DAYS,
      ExtendedKeyUsage.serverAuth,
      [alternative],
    );
    const ca = await this.certificate();
    return { key: await pemOf(keys.privateKey), cert: `${certificate}\n${ca}`, ca, notAfter };
  }

  async #sign(
    publicKey: CryptoKey,
    name: string,
    days: number,
    usage: string,
    more: readonly Extension[],
  ): Promise<IssuedCertificate> {
    const x = await x509();
    const { certificate, key } = await this.#open();
    const issuer = new x.X509Certificate(certificate);
    const life = lifeFrom(this.#parts.clock.now(), days);
    const made = await x.X509CertificateGenerator.create(
      {
        serialNumber: this.#serial(),
        subject: [{ CN: [name] }],
        issuer: issuer.subject,
        notBefore: life.notBefore,
        notAfter: life.notAfter,
        publicKey,
        signingKey: key,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new x.BasicConstraintsExtension(false, undefined, true),
          new x.KeyUsagesExtension(x.KeyUsageFlags.digitalSignature, true),
          new x.ExtendedKeyUsageExtension([usage]),
          await x.AuthorityKeyIdentifierExtension.create(issuer, false, crypto),
          ...more,
        ],
      },
      crypto,
    );
    return {
      certificate: made.toString('pem'),
      serial: made.serialNumber,
      fingerprint: fingerprintOf(Buffer.from(made.rawData)),
      notBefore: life.notBefore.toISOString(),
      notAfter: life.notAfter.toISOString(),
    };
  }

  /** Positive, of 16 random bytes (RFC 5280, section 4.1.2.2). */
  #serial(): string {
    const bytes = this.#parts.randomness.bytes(16);
    bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
    return bytes.toString('hex');
  }

  #load(): Promise<AuthorityRow> {
    this.#row ??= remembered(this.#findOrCreate(), () => (this.#row = undefined));
    return this.#row;
  }

  async #findOrCreate(): Promise<AuthorityRow> {
    const { database, clock } = this.#parts;
    const found = await database.withRelay(findAuthority, { isReadOnly: true });
    if (found !== undefined) return found;
    const made = await this.#create(this.#masterKey());
    return database.withRelay(async (tx) => {
      await insertAuthority(tx, made, clock.now());
      const kept = await findAuthority(tx);
      if (kept === undefined) throw new Error('an authority that was just written is there');
      return kept;
    });
  }

  async #create(masterKey: MasterKey): Promise<AuthorityRow> {
    const x = await x509();
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const life = lifeFrom(this.#parts.clock.now(), AUTHORITY_DAYS);
    const made = await x.X509CertificateGenerator.createSelfSigned(
      {
        serialNumber: this.#serial(),
        name: [{ CN: ['Stella Ops agent authority'] }],
        notBefore: life.notBefore,
        notAfter: life.notAfter,
        keys,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new x.BasicConstraintsExtension(true, 0, true),
          new x.KeyUsagesExtension(x.KeyUsageFlags.keyCertSign | x.KeyUsageFlags.cRLSign, true),
          await x.SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
        ],
      },
      crypto,
    );
    const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
    const sealedKey = masterKey.seal(pkcs8, SEAL);
    pkcs8.fill(0);
    return { certificate: made.toString('pem'), sealedKey };
  }

  #open(): Promise<Opened> {
    this.#opened ??= remembered(this.#openKey(), () => (this.#opened = undefined));
    return this.#opened;
  }

  async #openKey(): Promise<Opened> {
    const { certificate, sealedKey } = await this.#load();
    let pkcs8: Buffer;
    try {
      pkcs8 = this.#masterKey().open(sealedKey, SEAL);
    } catch (cause) {
      throw fail('AUTHORITY_UNAVAILABLE', 'the key of the agent authority does not open with this master key', {
        cause,
      });
    }
    const key = await crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), ALGORITHM, false, ['sign']);
    pkcs8.fill(0);
    return { certificate, key };
  }

  #masterKey(): MasterKey {
    try {
      return openMasterKey(this.#parts.masterKeyFile, this.#parts.randomness);
    } catch (cause) {
      throw fail('AUTHORITY_UNAVAILABLE', 'the master key cannot be read', { cause });
    }
  }
}

export function fingerprintOf(der: Uint8Array): string {
  return `sha256:${createHash('sha256').update(der).digest('hex')}`;
}

/** @throws AppError `CSR_INVALID` */
async function keyOf(csr: string): Promise<CryptoKey> {
  const { Pkcs10CertificateRequest } = await x509();
  try {
    const request = new Pkcs10CertificateRequest(csr);
    const spki = new Uint8Array(request.publicKey.rawData);
    const key = await crypto.subtle.importKey('spki', spki, ALGORITHM, true, ['verify']);
    if (await request.verify(crypto)) return key;
  } catch (cause) {
    throw fail('CSR_INVALID', 'the certificate request cannot be read, or has no P-256 key', { cause });
  }
  throw fail('CSR_INVALID', 'the certificate request is not signed with its own key');
}

/** Certificates know whole seconds only. */
function lifeFrom(now: string, days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  const nowMs = Math.floor(Date.parse(now) / 1000) * 1000;
  return { notBefore: new Date(nowMs - BACKDATE_MS), notAfter: new Date(nowMs + days * DAY_MS) };
}

async function pemOf(key: CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();
}

/** A failure is not kept: the operator puts things right and the next call finds them so. */
function remembered<T>(promise: Promise<T>, forget: () => void): Promise<T> {
  promise.catch(forget);
  return promise;
}
