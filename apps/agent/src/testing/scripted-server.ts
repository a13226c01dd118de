import './reflect-metadata.ts';
import { webcrypto, X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { problemOf } from '@stella-ops/contracts';
import { AppError, EXIT } from '@stella-ops/engine-kernel';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A certificate authority of a test. */
export interface TestAuthority {
  readonly pem: string;
  readonly fingerprint: string;
  /** A certificate for this host's server. */
  serverIdentity(): Promise<{ readonly key: string; readonly cert: string }>;
  /** A certificate for what a request asks. */
  sign(csr: string, serial: string, lifeMs: number): Promise<string>;
}

export interface ScriptedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  /** Serial of the client's certificate; undefined without one that the authority signed. */
  readonly serial: string | undefined;
  /** Whether nobody waits for the answer any more. */
  isGone(): boolean;
}

export interface ScriptedAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface ScriptedServer {
  readonly url: string;
  readonly requests: readonly ScriptedRequest[];
  close(): Promise<void>;
}

/** Speaks TLS as the control plane's port for agents does: client certificates are asked for, and judged by the script. */
export async function startScriptedServer(
  authority: TestAuthority,
  answer: (request: ScriptedRequest) => Promise<ScriptedAnswer | 'cut'> | ScriptedAnswer | 'cut',
): Promise<ScriptedServer> {
  const { key, cert } = await authority.serverIdentity();
  const requests: ScriptedRequest[] = [];
  const server: Server = createServer(
    { key, cert: cert + authority.pem, ca: authority.pem, requestCert: true, rejectUnauthorized: false },
    (incoming, response) => {
      void (async () => {
        const request = await readRequest(incoming);
        requests.push(request);
        const answered = await answer(request);
        if (answered === 'cut') return void incoming.socket.destroy();
        const isProblem = answered.status >= 400;
        response.writeHead(answered.status, {
          'content-type': isProblem ? 'application/problem+json' : 'application/json',
        });
        response.end(JSON.stringify(answered.body));
      })();
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<ScriptedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const socket = incoming.socket as TLSSocket;
  const serial = socket.authorized ? socket.getPeerX509Certificate()?.serialNumber.toLowerCase() : undefined;
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
    serial,
    isGone: () => socket.destroyed,
  };
}

/** As the server answers what went wrong. */
export const problem = (status: number, code: string): ScriptedAnswer => {
  const row = { status, exit: EXIT.unexpected, hint: 'as the script says' } as const;
  return { status, body: problemOf(new AppError(code, row, code), '0') };
};

export async function makeAuthority(name: string): Promise<TestAuthority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const issue = (publicKey: x509.PublicKeyType, serial: string, subject: string, lifeMs: number, ip?: string) =>
    x509.X509CertificateGenerator.create({
      serialNumber: serial,
      subject: `CN=${subject}`,
      issuer: root.subject,
      publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      // Whole seconds: certificates know no fractions.
      notBefore: new Date(Math.floor(Date.now() / 1000) * 1000),
      notAfter: new Date(Math.floor(Date.now() / 1000) * 1000 + lifeMs),
      extensions: ip === undefined ? [] : [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: ip }])],
    });
  return {
    pem: pemOf(root),
    fingerprint: `sha256:${new X509Certificate(root.toString('pem')).fingerprint256.replaceAll(':', '').toLowerCase()}`,
    async serverIdentity() {
      const own = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', own.privateKey)).toString('base64');
      const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`;
      return { key, cert: pemOf(await issue(own.publicKey, '02', 'server', 86_400_000, '127.0.0.1')) };
    },
    async sign(csr, serial, lifeMs) {
      const request = new x509.Pkcs10CertificateRequest(csr);
      if (!(await request.verify())) throw new Error('the request is not signed by its key');
      return pemOf(await issue(request.publicKey, serial, 'agent', lifeMs));
    },
  };
}

const pemOf = (certificate: x509.X509Certificate): string => `${certificate.toString('pem')}\n`;
