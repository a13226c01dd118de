import { generateKeyPairSync, sign } from 'node:crypto';

/** A new key and a request for a certificate of it. */
export interface CertificateRequest {
  /** PKCS#8, PEM. It never leaves the host. */
  readonly key: string;
  /** PKCS#10 (RFC 2986), PEM. */
  readonly csr: string;
}

// RFC 5758, section 3.2: ecdsa-with-SHA256, without parameters. RFC 4519: commonName.
const ECDSA_WITH_SHA256 = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'));
const COMMON_NAME = Buffer.from('0603550403', 'hex');

/**
 * A new P-256 key with a certificate request. What it asks for besides the key is one name, so it is written here: a library
 * for certificates costs a running agent some ten megabytes.
 *
 * @param name common name, at most 64 characters; the server decides what stands in the certificate
 */
export function makeRequest(name: string): CertificateRequest {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const commonName = der(0x30, COMMON_NAME, der(0x0c, Buffer.from(name.slice(0, 64), 'utf8')));
  const info = der(
    0x30,
    der(0x02, Buffer.from([0])),
    der(0x30, der(0x31, commonName)),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa0),
  );
  const signature = sign('sha256', info, privateKey);
  const request = der(0x30, info, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature));
  const lines = request.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    csr: `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`,
  };
}

/** One element (X.690, section 8.1) in definite form, up to 64 KiB. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
