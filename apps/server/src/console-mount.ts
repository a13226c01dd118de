import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';

/** The page may run its own scripts and ask its own server: nothing else, from nowhere else. */
const POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `connect-src 'self'`,
  `img-src 'self' data:`,
  `font-src 'self'`,
  `manifest-src 'self'`,
  `form-action 'self'`,
  `base-uri 'none'`,
  `frame-ancestors 'none'`,
  `require-trusted-types-for 'script'`,
  `trusted-types 'none'`,
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

const TYPES: ReadonlyMap<string, string> = new Map([
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
]);

/** Never the console's: a wrong address there must get the API's own answer, not a page. */
const NOT_PAGES = /^\/(?:api|oidc|agent|health|metrics|version|capabilities|log)(?:\/|$)/;
/** Names that a build makes; whatever else a path says never reaches the file system. */
const ASSET = /^\/assets\/([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.(?:js|css|svg))$/;
/** Hashed: what is behind such a name never changes. */
const HASHED = /-[A-Za-z0-9_-]{8,}\.(?:js|css)$/;

const NOT_BUILT = 'The console is not built: run "npm start", or "node apps/console/build.ts".\n';

/**
 * Answers navigations with the console's page and serves its files; everything else is left to the API.
 *
 * @param folder a built console; it may be built or replaced while the server runs
 */
export function consoleFiles(folder: string): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const { method = '', url = '/' } = request;
    const path = url.split('?', 1)[0] ?? '/';
    if ((method !== 'GET' && method !== 'HEAD') || NOT_PAGES.test(path)) return false;
    if (path.startsWith('/assets/')) {
      const name = ASSET.exec(path)?.[1];
      if (name === undefined || !existsSync(join(folder, 'assets', name))) return false;
      sendAsset(request, response, folder, name);
      return true;
    }
    if (!wantsPage(request)) return false;
    sendPage(request, response, folder);
    return true;
  };
}

/** Programs that ask for JSON at a page's address get the API's answer. */
const wantsPage = ({ headers }: IncomingMessage): boolean => headers.accept?.includes('text/html') === true;

function sendPage(request: IncomingMessage, response: ServerResponse, folder: string): void {
  const file = join(folder, 'index.html');
  const isBuilt = existsSync(file);
  const body = isBuilt ? readFileSync(file) : Buffer.from(NOT_BUILT);
  response.writeHead(isBuilt ? 200 : 503, {
    ...HEADERS,
    'cache-control': 'no-cache',
    'content-type': isBuilt ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
    'content-length': body.length,
    vary: 'accept',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function sendAsset(request: IncomingMessage, response: ServerResponse, folder: string, name: string): void {
  const file = join(folder, 'assets', name);
  const coding = codingOf(request, file);
  const path = coding === undefined ? file : `${file}${coding.suffix}`;
  response.writeHead(200, {
    ...HEADERS,
    'cache-control': HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-type': TYPES.get(extname(name)) ?? 'application/octet-stream',
    'content-length': statSync(path).size,
    vary: 'accept-encoding',
    ...(coding === undefined ? {} : { 'content-encoding': coding.name }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  // A file that a new build takes away in this moment: the connection ends, and the page says that it is old.
  createReadStream(path)
    .on('error', () => response.destroy())
    .pipe(response);
}

const CODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

function codingOf(request: IncomingMessage, file: string): (typeof CODINGS)[number] | undefined {
  const accepted = (request.headers['accept-encoding'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => !/;\s*q=0(?:\.0*)?$/.test(part))
    .map((part) => part.split(';')[0]);
  return CODINGS.find(({ name, suffix }) => accepted.includes(name) && existsSync(`${file}${suffix}`));
}
