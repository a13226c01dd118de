import type { X509Certificate } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import { CLIENT_ERRORS } from '@stella-ops/contracts';
import { AppError } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';

const CONNECT_MS = 15_000;
/** A chain longer than this is no chain of ours. */
const MOST_LINKS = 8;

/**
 * The authority of a server, known by its fingerprint alone. Nothing is said to the server but the handshake: whether it may
 * speak for the authority is checked by the connections that follow, which trust this certificate and no other.
 *
 * @param server `https://host:port`; it sends its authority behind its own certificate
 * @param fingerprint `sha256:<hex>` of the DER form
 * @returns PEM
 * @throws AppError `AUTHORITY_MISMATCH`, `SERVER_UNREACHABLE`
 */
export async function pinAuthority(server: string, fingerprint: string): Promise<string> {
  const { hostname, port } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = await handshake(host, Number(port === '' ? 443 : port), server);
  try {
    const chain = chainOf(socket);
    const found = chain.find((one) => fingerprintOf(one) === fingerprint && one.ca);
    if (found !== undefined) return found.toString();
    throw fail('AUTHORITY_MISMATCH', `${server} does not show the authority ${fingerprint}`, {
      details: { shown: chain.map(fingerprintOf) },
    });
  } finally {
    socket.destroy();
  }
}

export const fingerprintOf = (certificate: X509Certificate): string =>
  `sha256:${certificate.fingerprint256.replaceAll(':', '').toLowerCase()}`;

function handshake(host: string, port: number, server: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    // Unverified on purpose: nothing is sent, and the chain is compared with the pin.
    const socket = connect({ host, port, rejectUnauthorized: false, ...(isName(host) ? { servername: host } : {}) });
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('no answer in time')));
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', (cause) =>
      reject(
        new AppError('SERVER_UNREACHABLE', CLIENT_ERRORS.SERVER_UNREACHABLE, `${server} did not answer`, { cause }),
      ),
    );
  });
}

const isName = (host: string): boolean => !/^[\d.]+$|:/.test(host);

function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let at = socket.getPeerX509Certificate();
  while (at !== undefined && chain.length < MOST_LINKS) {
    chain.push(at);
    at = at.issuerCertificate;
  }
  return chain;
}
