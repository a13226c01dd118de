import { lookup, type LookupAddress } from 'node:dns';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { nodeHttp, nodeHttps } from '@stella-ops/engine-docker';
import { AppError } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import { type AddressClass, classifyAddress, mayLeadTo } from './address.ts';
import type { RegistryOptions } from './types.ts';

export interface Body {
  readonly size: number;
  /** Called once per attempt. */
  open(): AsyncIterable<Uint8Array>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** Class of the host that named this URL; absent when the caller did. */
  readonly namedBy?: AddressClass;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly url: URL;
  /** Of the peer that answered. */
  readonly address: AddressClass;
  /** Must be read to the end or destroyed. */
  readonly body: IncomingMessage;
}

/** One request, one answer: no redirects, no retries, no credentials of its own. */
export interface Exchange {
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Ends idle connections. */
  close(): void;
}

/**
 * HTTP over connections that are kept open. Addresses are checked at the very look-up that the connection uses, so a
 * name cannot change its mind in between.
 *
 * @throws AppError (from `send`) `REGISTRY_UNREACHABLE`, `REGISTRY_REDIRECT_REFUSED`, or what the body threw
 */
export function createExchange(options: RegistryOptions): Exchange {
  const classify = options.classify ?? classifyAddress;
  const idleTimeoutMs = options.idleTimeoutMs ?? 60_000;
  const agents = {
    http: new (nodeHttp().Agent)({ keepAlive: true, maxSockets: 8 }),
    https: new (nodeHttps().Agent)({
      keepAlive: true,
      maxSockets: 8,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    }),
  };

  function send({ method, url, headers, body, namedBy }: HttpRequest): Promise<HttpResponse> {
    const isPlain = url.protocol === 'http:';
    const place = { file: shownUrl(url) };
    const assertReachable = (address: string) => {
      const found = classify(address);
      if (namedBy === undefined || mayLeadTo(namedBy, found)) return;
      throw fail('REGISTRY_REDIRECT_REFUSED', `a ${namedBy} host sends us to the ${found} address ${address}`, {
        place,
        details: { network: found },
      });
    };
    const guardedLookup: LookupFunction = (hostname, lookupOptions, callback) => {
      lookup(hostname, { ...lookupOptions, all: true }, (error, addresses: LookupAddress[]) => {
        try {
          if (error !== null) return callback(error, '', 0);
          for (const { address } of addresses) assertReachable(address);
          const [first] = addresses;
          if (lookupOptions.all === true || first === undefined) return callback(null, addresses);
          return callback(null, first.address, first.family);
        } catch (refusal) {
          return callback(refusal as Error, '', 0);
        }
      });
    };
    return new Promise((resolve, reject) => {
      const literal = url.hostname.replace(/^\[|\]$/g, '');
      if (isIP(literal) !== 0) assertReachable(literal);
      const call = (isPlain ? nodeHttp() : nodeHttps()).request(url, {
        method,
        headers: {
          'user-agent': 'stella-ops',
          // Digests are of the stored bytes; a transfer encoding on top would only hide them.
          'accept-encoding': 'identity',
          ...headers,
          ...(body === undefined ? {} : { 'content-length': String(body.size) }),
        },
        agent: isPlain ? agents.http : agents.https,
        lookup: guardedLookup,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      call.setTimeout(idleTimeoutMs, () => {
        call.destroy(fail('REGISTRY_UNREACHABLE', `no byte for ${idleTimeoutMs} ms`, { place }));
      });
      call.on('response', (answer) => {
        // Whoever reads the body sees its errors; a body that nobody reads must not end the process.
        answer.on('error', () => {});
        // A socket that is gone again has no address: the widest class allows the least.
        const { remoteAddress } = answer.socket;
        const address = remoteAddress === undefined ? 'public' : classify(remoteAddress);
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, url, address, body: answer });
      });
      call.on('error', (cause) => reject(connectionError(cause, place)));
      if (body === undefined) return void call.end();
      // A registry may answer (401, 413) before it has read everything; a body that breaks off then is of no interest.
      pipeline(Readable.from(body.open(), { objectMode: false }), call).catch((cause: unknown) =>
        reject(connectionError(cause, place)),
      );
    });
  }

  return {
    send,
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

/** The URL for messages: uploads and redirects carry signatures in their query. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** What a broken connection means; errors that are ours already stay what they are. */
export function connectionError(cause: unknown, place: { file: string }): AppError {
  if (cause instanceof AppError) return cause;
  const found: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const code = typeof found === 'string' ? found : 'unknown cause';
  if (cause instanceof Error && cause.name === 'AbortError') {
    return fail('REGISTRY_UNREACHABLE', 'the request was given up', { place, cause, details: { cause: 'ABORTED' } });
  }
  if (/^(?:ERR_TLS|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|ERR_SSL|EPROTO)/.test(code)) {
    return fail('REGISTRY_UNREACHABLE', `no trusted TLS connection (${code})`, {
      place,
      cause,
      hint: 'Check its certificate, name the authority that issued it, or list a plain-text registry as insecure.',
    });
  }
  const sentence =
    code === 'ENOTFOUND' || code === 'EAI_AGAIN'
      ? 'the host name is not known'
      : code === 'ECONNREFUSED'
        ? 'nobody listens at this address'
        : `the connection broke (${code})`;
  return fail('REGISTRY_UNREACHABLE', sentence, { place, cause, details: { cause: code } });
}
