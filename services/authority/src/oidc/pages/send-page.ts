import type { ServerResponse } from 'node:http';
import { STYLE_SOURCE } from './html.ts';

/** @param formTargets where forms may lead beside the issuer: browsers hold a form's redirects to it as well */
export function pageHeaders(formTargets: readonly string[] = []): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    // `script-src` is there for the provider's own two pages that submit themselves: it adds the hash of that script.
    'content-security-policy': [
      `default-src 'none'`,
      `script-src 'none'`,
      `style-src ${STYLE_SOURCE}`,
      `form-action 'self'${formTargets.map((target) => ` ${target}`).join('')}`,
      `base-uri 'none'`,
      `frame-ancestors 'none'`,
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    // With `no-referrer` browsers would hide the origin of our own forms from us.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
}

/** Within the provider. */
export function sendPage(ctx: { type: string; body: unknown }, page: string): Promise<void> {
  ctx.type = 'html';
  ctx.body = page;
  return Promise.resolve();
}

/** Outside it. */
export function writePage(
  response: ServerResponse,
  status: number,
  page: string,
  formTargets: readonly string[] = [],
): void {
  response.writeHead(status, { ...pageHeaders(formTargets), 'content-type': 'text/html; charset=utf-8' });
  response.end(page);
}
