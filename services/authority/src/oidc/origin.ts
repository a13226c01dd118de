import type { IncomingMessage } from 'node:http';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Where the browser sees the issuer: as configured, whatever a request's `Host` says, so that no answer can lead a browser
 * to a host that somebody put there. On a laptop the port may be another than configured: a loopback issuer also goes by
 * the loopback name and port that it was asked under.
 */
export function publicOrigin(request: IncomingMessage, issuer: string): URL {
  const configured = new URL(issuer);
  const asked = `http://${request.headers.host ?? ''}`;
  if (!LOOPBACK.has(configured.hostname) || !URL.canParse(asked)) return configured;
  const seen = new URL(asked);
  return LOOPBACK.has(seen.hostname) ? new URL(`${configured.protocol}//${seen.host}`) : configured;
}

/** Whether a form comes from our own page. The cookie's `SameSite` says so too; this does not depend on it. */
export function isSameOrigin(request: IncomingMessage, issuer: string): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  const { origin } = request.headers;
  // Where the browser hides the origin, the fetch metadata above has decided.
  if (origin === undefined || (origin === 'null' && site === 'same-origin')) return true;
  return origin === publicOrigin(request, issuer).origin;
}
