import { webcrypto, X509Certificate } from 'node:crypto';
import {
  type CertificateAuthority,
  type CryptoKey,
  fingerprintOf,
  type IssuedCertificate,
  type Life,
  lifeFrom,
  newIdentity,
  newSerial,
  P256,
  selfSigned,
  signCertificate,
  x509,
} from '@stella-ops/platform/certificates';
import type { Database } from '@stella-ops/platform/database';
import type { TlsIdentity } from '@stella-ops/platform/http';
import { type MasterKey, openMasterKey, type Randomness, type SystemClock } from '@stella-ops/platform/runtime';
import { fail } from '../errors.ts';
import { type AuthorityRow, findAuthority, insertAuthority } from '../store/agent-authority.ts';

const SEAL = 'releases:agent-authority';
const AUTHORITY_DAYS = 20 * 365;
const SERVER_DAYS = 30;

interface Parts {
  readonly database: Database;
  readonly masterKeyFile: string;
  readonly randomness: Randomness;
  readonly clock: SystemClock;
}

/**
 * The certificate authority of the installation's agents (RFC 5280). Made when it is first asked for; its key lies in the
 * database, sealed with the master key. Nothing here runs inside a transaction.
 */
export class AgentAuthority {
  readonly #parts: Parts;
  #row: Promise<AuthorityRow> | undefined;
  #opened: Promise<CertificateAuthority> | undefined;

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
    const subject = {
      name: agent.name,
      usages: ['client'] as const,
      urls: [`urn:stella:agent:${agent.tenantId}:${agent.id}`],
    };
    const publicKey = await keyOf(csr);
    return signCertificate(await this.#open(), publicKey, subject, this.#life(days), this.#parts.randomness);
  }

  /** A new key and certificate for the port that agents dial. @param names host names and addresses */
  async serverIdentity(names: readonly string[]): Promise<TlsIdentity> {
    const subject = { name: names[0] ?? 'stella', usages: ['server'] as const, hosts: names };
    return newIdentity(await this.#open(), subject, this.#life(SERVER_DAYS), this.#parts.randomness);
  }

  #life(days: number): Life {
    return lifeFrom(this.#parts.clock.now(), days);
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
    const { randomness } = this.#parts;
    const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
    const life = this.#life(AUTHORITY_DAYS);
    const certificate = await selfSigned('Stella Ops agent authority', keys, P256, life, newSerial(randomness));
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
    const sealedKey = masterKey.seal(pkcs8, SEAL);
    pkcs8.fill(0);
    return { certificate, sealedKey };
  }

  #open(): Promise<CertificateAuthority> {
    this.#opened ??= remembered(this.#openKey(), () => (this.#opened = undefined));
    return this.#opened;
  }

  async #openKey(): Promise<CertificateAuthority> {
    const { certificate, sealedKey } = await this.#load();
    let pkcs8: Buffer;
    try {
      pkcs8 = this.#masterKey().open(sealedKey, SEAL);
    } catch (cause) {
      throw fail('AUTHORITY_UNAVAILABLE', 'the key of the agent authority does not open with this master key', {
        cause,
      });
    }
    const key = await webcrypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), P256, false, ['sign']);
    pkcs8.fill(0);
    return { certificate, key, algorithm: P256 };
  }

  #masterKey(): MasterKey {
    try {
      return openMasterKey(this.#parts.masterKeyFile, this.#parts.randomness);
    } catch (cause) {
      throw fail('AUTHORITY_UNAVAILABLE', 'the master key cannot be read', { cause });
    }
  }
}

/** @throws AppError `CSR_INVALID` */
async function keyOf(csr: string): Promise<CryptoKey> {
  const { Pkcs10CertificateRequest } = await x509();
  try {
    const request = new Pkcs10CertificateRequest(derOf(csr));
    const spki = new Uint8Array(request.publicKey.rawData);
    const key = await webcrypto.subtle.importKey('spki', spki, P256, true, ['verify']);
    if (await request.verify(webcrypto)) return key;
  } catch (cause) {
    throw fail('CSR_INVALID', 'the certificate request cannot be read, or has no P-256 key', { cause });
  }
  throw fail('CSR_INVALID', 'the certificate request is not signed with its own key');
}

const PEM = /^-----BEGIN CERTIFICATE REQUEST-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE REQUEST-----\s*$/;

/**
 * The bytes of a request (RFC 7468, strict). The library takes text as well, with header lines, for which its expression
 * takes exponential time: a few hundred characters would stop the process. It takes bytes as they are that begin a sequence.
 */
function derOf(csr: string): Uint8Array<ArrayBuffer> {
  const der = new Uint8Array(Buffer.from(PEM.exec(csr)?.[1] ?? '', 'base64'));
  if (der[0] !== 0x30) throw new Error('it is not the PEM form of a PKCS#10 request');
  return der;
}

/** A failure is not kept: the operator puts things right and the next call finds them so. */
function remembered<T>(promise: Promise<T>, forget: () => void): Promise<T> {
  promise.catch(forget);
  return promise;
}
