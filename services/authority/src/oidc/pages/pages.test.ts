import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { consentPage, errorPage, loginPage, signedOutPage } from './index.ts';
import { pageHeaders } from './send-page.ts';

const HOSTILE = `"'><script>alert(1)</script>&`;

test('whatever goes into a page is text there', () => {
  const pages = [
    loginPage({ action: HOSTILE, client: HOSTILE, tenant: HOSTILE, userName: HOSTILE, fault: HOSTILE }),
    consentPage({ action: HOSTILE, client: HOSTILE, user: HOSTILE }),
    errorPage(HOSTILE),
  ];
  for (const page of pages) {
    expect(page).not.toContain('<script');
    expect(page).toContain('&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;');
  }
});

test('the policy allows the one style sheet, by its hash, and forms to the issuer and the client', () => {
  const policy = pageHeaders(['http://127.0.0.1:8080'])['content-security-policy'] ?? '';
  const [, style = ''] = /<style>([^]*?)<\/style>/.exec(signedOutPage()) ?? [];
  expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  expect(policy).toContain("form-action 'self' http://127.0.0.1:8080;");
  expect(policy).not.toContain('unsafe');
});

test('every field has a label, and a fault is tied to the field', () => {
  const page = loginPage({ action: '/x', client: 'c', tenant: 't', userName: 'u', fault: 'Wrong.' });
  for (const [, id] of page.matchAll(/<input[^>]* id="([a-z]+)"/g)) expect(page).toContain(`<label for="${id}">`);
  expect(page).toMatch(/id="password"[^>]*aria-describedby="fault"/);
  expect(page).toContain('<html lang="en">');
});
