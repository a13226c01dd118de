import { request as send } from 'node:https';
import { connect } from 'node:tls';
import { type Client, createClient, type Transport } from '@stella-ops/contracts';
import { AGENT_ROUTES } from '@stella-ops/contracts/deployments';

export interface TlsClient {
  /** PEM; undefined: none is shown. */
  readonly certificate?: string;
  readonly key?: string;
  /** PEM: who is believed. */
  readonly authority: string;
}

/** An agent's client over real TLS; each request on a connection of its own. */
export function tlsClient(server: string, { certificate, key, authority }: TlsClient): Client<typeof AGENT_ROUTES> {
  const transport: Transport = {
    send: (request) =>
      new Promise((resolve, reject) => {
        const call = send(new URL(request.target, server), {
          agent: false,
          method: request.route.method,
          headers: { ...request.headers },
          ca: authority,
          ...(certificate === undefined ? {} : { cert: certificate }),
          ...(key === undefined ? {} : { key }),
          ...(request.signal === undefined ? {} : { signal: request.signal }),
        });
        call.on('error', reject);
        call.on('response', (answer) =>
          resolve({
            status: answer.statusCode ?? 0,
            header: (name) => answer.headers[name]?.toString(),
            content: answer as AsyncIterable<Uint8Array>,
          }),
        );
        call.end(request.body);
      }),
  };
  return createClient(AGENT_ROUTES, transport);
}

/** The certificates that a server shows, its own first, PEM each. */
export function shownBy(server: string): Promise<{ readonly pem: string; readonly fingerprint: string }[]> {
  const { hostname, port } = new URL(server);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      const chain: { pem: string; fingerprint: string }[] = [];
      for (let at = socket.getPeerX509Certificate(); at !== undefined; at = at.issuerCertificate) {
        chain.push({
          pem: at.toString(),
          fingerprint: `sha256:${at.fingerprint256.replaceAll(':', '').toLowerCase()}`,
        });
      }
      socket.destroy();
      resolve(chain);
    });
    socket.on('error', reject);
  });
}
