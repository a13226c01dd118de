import { createPrivateKey, createPublicKey, type KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { type CertificateAuthority, ED25519, lifeFrom, newIdentity, selfSigned } from '../certificates/index.ts';
import type { TlsIdentity } from '../http/index.ts';
import type { MasterKey, Randomness, SystemClock } from '../runtime/index.ts';

/** RFC 8410, section 7: what stands before the 32 bytes of an Ed25519 key in PKCS#8. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const LIFE_DAYS = 30;
/** The same in every process, so that all make the same certificate. */
const AUTHORITY_LIFE = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2126-01-01T00:00:00Z') };
const AUTHORITY_SERIAL = '01';

/** How a certificate names a service that its process runs. */
export const serviceUrn = (service: string): string => `urn:stella:service:${service}`;

/**
 * Who belongs to an installation: each of its processes derives the same certificate authority from the master key, and
 * gives itself a certificate that names its services. Nothing is enrolled, sent or stored; whoever has the master key could
 * open every secret of the installation anyway.
 */
export class PeerAuthority {
  readonly #parts: { readonly clock: SystemClock; readonly randomness: Randomness };
  readonly #authority: CertificateAuthority;
  readonly #publicKey: KeyObject;

  private constructor(
    authority: CertificateAuthority,
    publicKey: KeyObject,
    parts: { readonly clock: SystemClock; readonly randomness: Randomness },
  ) {
    this.#authority = authority;
    this.#publicKey = publicKey;
    this.#parts = parts;
  }

  static async open(
    masterKey: MasterKey,
    parts: { readonly clock: SystemClock; readonly randomness: Randomness },
  ): Promise<PeerAuthority> {
    const seed = masterKey.derive('peers');
    const der = Buffer.concat([PKCS8_PREFIX, seed]);
    const publicKey = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
    const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
    const keys = {
      privateKey: await webcrypto.subtle.importKey('pkcs8', new Uint8Array(der), ED25519, false, ['sign']),
      publicKey: await webcrypto.subtle.importKey('spki', spki, ED25519, true, ['verify']),
    };
    seed.fill(0);
    der.fill(0);
    const certificate = await selfSigned('Stella Ops processes', keys, ED25519, AUTHORITY_LIFE, AUTHORITY_SERIAL);
    return new PeerAuthority({ certificate, key: keys.privateKey, algorithm: ED25519 }, publicKey, parts);
  }

  /** A new key and certificate for a process, as server and as client. @param services that it runs */
  identity(services: readonly string[]): Promise<TlsIdentity> {
    const { clock, randomness } = this.#parts;
    return newIdentity(
      this.#authority,
      { name: 'stella', usages: ['client', 'server'], urls: services.map(serviceUrn) },
      lifeFrom(clock.now(), LIFE_DAYS),
      randomness,
    );
  }

  /** Why a certificate is none of a process of this installation; `undefined` when it is one. @param der X.509 */
  faultOf(der: Uint8Array): string | undefined {
    const certificate = new X509Certificate(der);
    if (!certificate.verify(this.#publicKey)) return 'it was made with another master key';
    const now = Date.parse(this.#parts.clock.now());
    if (now >= Date.parse(certificate.validTo)) return `it expired at ${certificate.validTo}`;
    if (now < Date.parse(certificate.validFrom)) return `it begins at ${certificate.validFrom}`;
    return undefined;
  }
}
