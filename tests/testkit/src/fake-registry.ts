import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

const INDEX = 'application/vnd.oci.image.index.v1+json';

/** What a fake registry does wrong. Counters run down to zero; everything may be changed while it runs. */
export interface RegistryFaults {
  /** Asks for a token (`Bearer`), given only to this user, or to anybody when there is no password. */
  auth?: {
    /** Token endpoint; default this registry's own. */
    realm?: string;
    username?: string;
    password?: string;
    refreshToken?: string;
    scheme?: 'bearer' | 'basic';
    expiresIn?: number;
  };
  /** Answers 429 with this `Retry-After`. */
  busy?: { times: number; retryAfter?: string };
  /** Answers 503. */
  failing?: number;
  /** Cuts the connection in the middle of a blob. */
  tornBlobs?: number;
  /** Cuts the connection in the middle of an upload. */
  tornUploads?: number;
  ignoreRange?: boolean;
  /** `Docker-Content-Digest` of this value. */
  digestHeader?: string;
  /** Bytes of manifests and blobs are not what was stored. */
  tampered?: boolean;
  /** Blobs are to be fetched at this address; the path is appended. */
  redirectBlobsTo?: string;
  /** Blobs are known to every repository at once, but this one has to mount or push them. */
  hidesBlobsOf?: string;
  /** No referrers API, as in older registries. */
  noReferrersApi?: boolean;
  /** Answers a push with `OCI-Subject` although there is no API. */
  claimsSubject?: boolean;
  /** Bodies without an end. */
  endless?: boolean;
  /** Tags and referrers on a page. */
  pageSize?: number;
  /** Where every page says that the next one is. */
  nextPage?: string;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

export interface FakeRegistry {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly faults: RegistryFaults;
  readonly seen: SeenRequest[];
  readonly blobs: Map<string, Buffer>;
  /** `repository@digest` → bytes and media type. */
  readonly manifests: Map<string, { readonly bytes: Buffer; readonly mediaType: string }>;
  /** `repository:tag` → digest. */
  readonly tags: Map<string, string>;
  close(): Promise<void>;
}

const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A registry in this process (OCI distribution specification 1.1) that keeps everything in memory. */
export async function fakeRegistry(faults: RegistryFaults = {}, address = '127.0.0.1'): Promise<FakeRegistry> {
  const seen: SeenRequest[] = [];
  const blobs = new Map<string, Buffer>();
  const manifests: FakeRegistry['manifests'] = new Map();
  const tags = new Map<string, string>();
  const uploads = new Map<string, Buffer>();
  const tokens = new Set<string>();
  let serial = 0;
  let host = '';

  const server = createServer((request, response) => {
    seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  host = `${address}:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const url = new URL(request.url ?? '/', `http://${host}`);
    if (url.pathname === '/token') return giveToken(request, response, url);
    if (faults.busy !== undefined && faults.busy.times > 0) {
      faults.busy.times--;
      const { retryAfter } = faults.busy;
      return error(response, 429, 'TOOMANYREQUESTS', retryAfter === undefined ? {} : { 'retry-after': retryAfter });
    }
    if (faults.failing !== undefined && faults.failing > 0) {
      faults.failing--;
      return error(response, 503, 'UNAVAILABLE');
    }
    if (!isAuthorized(request)) return challenge(response, url);
    if (url.pathname === '/v2/') return response.end('{}');
    const [, repository = '', kind, rest = ''] =
      /^\/v2\/(.+?)\/(manifests|blobs|tags|referrers)\/(.*)$/.exec(url.pathname) ?? [];
    if (kind === 'manifests' && request.method === 'PUT') return putManifest(request, response, repository, rest);
    if (kind === 'manifests') return getManifest(request, response, repository, rest);
    if (kind === 'tags')
      return page(response, url, tagList(repository), (names) => ({ name: repository, tags: names }));
    if (kind === 'referrers') return getReferrers(response, url, repository, rest);
    if (kind === 'blobs' && rest.startsWith('uploads/')) return upload(request, response, url, repository, rest);
    if (kind === 'blobs' && repository !== faults.hidesBlobsOf) return getBlob(request, response, rest);
    return error(response, 404, 'UNSUPPORTED');
  }

  function isAuthorized(request: IncomingMessage): boolean {
    if (faults.auth === undefined) return true;
    const { authorization = '' } = request.headers;
    if (faults.auth.scheme !== 'basic') return tokens.has(authorization.replace('Bearer ', ''));
    return authorization === basicOf(faults.auth);
  }

  function basicOf({ username = '', password = '' }: NonNullable<RegistryFaults['auth']>): string {
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }

  function challenge(response: ServerResponse, url: URL): void {
    const repository = /^\/v2\/(.+?)\/(?:manifests|blobs|tags|referrers)\//.exec(url.pathname)?.[1];
    const scope = repository === undefined ? '' : `,scope="repository:${repository}:pull"`;
    const realm = faults.auth?.realm ?? `http://${host}/token`;
    const bearer = `Bearer realm="${realm}",service="fake, registry"${scope}`;
    const header = faults.auth?.scheme === 'basic' ? 'Basic realm="fake"' : bearer;
    error(response, 401, 'UNAUTHORIZED', { 'www-authenticate': header });
  }

  async function giveToken(request: IncomingMessage, response: ServerResponse, url: URL): Promise<unknown> {
    const form = new URLSearchParams((await buffer(request)).toString());
    const { password, refreshToken } = faults.auth ?? {};
    const isRefreshed = refreshToken !== undefined && form.get('refresh_token') === refreshToken;
    const isKnown = password === undefined || request.headers.authorization === basicOf(faults.auth ?? {});
    if (!isRefreshed && !isKnown) return error(response, 401, 'UNAUTHORIZED');
    const scopes = request.method === 'POST' ? form.get('scope') : url.searchParams.getAll('scope').join(' ');
    const token = `token-${++serial}-${Buffer.from(scopes ?? '').toString('base64url')}`;
    tokens.clear();
    tokens.add(token);
    return json(response, 200, { token, expires_in: faults.auth?.expiresIn ?? 300 });
  }

  function getManifest(request: IncomingMessage, response: ServerResponse, repository: string, name: string): unknown {
    const digest = name.startsWith('sha256:') ? name : tags.get(`${repository}:${name}`);
    const found = manifests.get(`${repository}@${digest}`);
    if (found === undefined) return error(response, 404, 'MANIFEST_UNKNOWN');
    response.setHeader('content-type', found.mediaType);
    response.setHeader('docker-content-digest', faults.digestHeader ?? digest ?? '');
    if (faults.endless === true && request.method === 'GET') return pour(response);
    const bytes = tamper(found.bytes);
    response.setHeader('content-length', bytes.length);
    return response.end(request.method === 'HEAD' ? undefined : bytes);
  }

  async function putManifest(
    request: IncomingMessage,
    response: ServerResponse,
    repository: string,
    name: string,
  ): Promise<unknown> {
    const bytes = await buffer(request);
    const digest = sha256(bytes);
    if (name.startsWith('sha256:') && name !== digest) return error(response, 400, 'DIGEST_INVALID');
    const document = JSON.parse(bytes.toString()) as { config?: { digest: string }; subject?: { digest: string } };
    if (document.config !== undefined && !blobs.has(document.config.digest)) {
      return error(response, 404, 'MANIFEST_BLOB_UNKNOWN');
    }
    manifests.set(`${repository}@${digest}`, { bytes, mediaType: request.headers['content-type'] ?? '' });
    if (!name.startsWith('sha256:')) tags.set(`${repository}:${name}`, digest);
    const hasApi = faults.noReferrersApi !== true || faults.claimsSubject === true;
    if (document.subject !== undefined && hasApi) response.setHeader('oci-subject', document.subject.digest);
    return response.writeHead(201, { 'docker-content-digest': faults.digestHeader ?? digest }).end();
  }

  function getBlob(request: IncomingMessage, response: ServerResponse, digest: string): unknown {
    const found = blobs.get(digest);
    if (found === undefined) return error(response, 404, 'BLOB_UNKNOWN');
    if (faults.redirectBlobsTo !== undefined) {
      return response.writeHead(307, { location: `${faults.redirectBlobsTo}${request.url}` }).end();
    }
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const start = range === null || faults.ignoreRange === true ? 0 : Number(range[1]);
    const bytes = tamper(found).subarray(start);
    if (start > 0) response.setHeader('content-range', `bytes ${start}-${found.length - 1}/${found.length}`);
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': bytes.length });
    if (request.method === 'HEAD') return response.end();
    if (faults.tornBlobs !== undefined && faults.tornBlobs > 0) {
      faults.tornBlobs--;
      return response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => response.destroy());
    }
    return response.end(bytes);
  }

  async function upload(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    repository: string,
    rest: string,
  ): Promise<unknown> {
    const mount = url.searchParams.get('mount');
    if (request.method === 'POST' && mount !== null && blobs.has(mount)) return response.writeHead(201).end();
    const session = rest.slice('uploads/'.length);
    const place = (id: string) => ({ location: `/v2/${repository}/blobs/uploads/${id}?state=a%2Fb` });
    if (request.method === 'POST') {
      const id = `upload-${++serial}`;
      uploads.set(id, Buffer.alloc(0));
      return response.writeHead(202, place(id)).end();
    }
    const before = uploads.get(session);
    if (before === undefined || !url.search.startsWith('?state=a%2Fb')) {
      return error(response, 404, 'BLOB_UPLOAD_UNKNOWN');
    }
    if (faults.tornUploads !== undefined && faults.tornUploads > 0) {
      faults.tornUploads--;
      uploads.delete(session);
      return request.once('data', () => request.destroy());
    }
    const bytes = Buffer.concat([before, await buffer(request)]);
    if (request.method === 'PATCH') {
      const start = Number((request.headers['content-range'] ?? '').split('-')[0]);
      if (start !== before.length) return error(response, 416, 'BLOB_UPLOAD_INVALID');
      uploads.set(session, bytes);
      return response.writeHead(202, place(session)).end();
    }
    uploads.delete(session);
    const digest = url.searchParams.get('digest') ?? '';
    if (sha256(bytes) !== digest) return error(response, 400, 'DIGEST_INVALID');
    blobs.set(digest, bytes);
    return response.writeHead(201, { 'docker-content-digest': digest }).end();
  }

  function tagList(repository: string): string[] {
    const start = `${repository}:`;
    return [...tags.keys()].filter((one) => one.startsWith(start)).map((one) => one.slice(start.length));
  }

  function getReferrers(response: ServerResponse, url: URL, repository: string, digest: string): unknown {
    if (faults.noReferrersApi === true) return error(response, 404, 'UNSUPPORTED');
    const found = [...manifests].flatMap(([key, { bytes, mediaType }]) => {
      const document = JSON.parse(bytes.toString()) as {
        subject?: { digest: string };
        artifactType?: string;
        config?: { mediaType: string };
        annotations?: Record<string, string>;
      };
      if (!key.startsWith(`${repository}@`) || document.subject?.digest !== digest) return [];
      const artifactType = document.artifactType ?? document.config?.mediaType;
      const { annotations } = document;
      return [{ mediaType, digest: sha256(bytes), size: bytes.length, artifactType, annotations }];
    });
    response.setHeader('content-type', INDEX);
    return page(response, url, found, (manifests) => ({ schemaVersion: 2, mediaType: INDEX, manifests }));
  }

  function page<T>(response: ServerResponse, url: URL, items: readonly T[], wrap: (items: readonly T[]) => unknown) {
    const size = faults.pageSize ?? items.length;
    const start = Number(url.searchParams.get('start') ?? 0);
    const end = start + size;
    const next = faults.nextPage ?? (end < items.length ? `${url.pathname}?start=${end}` : undefined);
    if (next !== undefined) response.setHeader('link', `<${next}>; rel="next"`);
    return json(response, 200, wrap(items.slice(start, end)));
  }

  function tamper(bytes: Buffer): Buffer {
    if (faults.tampered !== true) return bytes;
    const changed = Buffer.from(bytes);
    changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 0x20;
    return changed;
  }

  function pour(response: ServerResponse): void {
    const spaces = Buffer.alloc(256 * 1024, ' ');
    const more = () => {
      while (!response.destroyed && response.write(spaces));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  }

  return {
    host,
    faults,
    seen,
    blobs,
    manifests,
    tags,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function json(response: ServerResponse, status: number, body: unknown): ServerResponse {
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'application/json');
  return response.writeHead(status).end(JSON.stringify(body));
}

function error(response: ServerResponse, status: number, code: string, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] });
  return response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}
