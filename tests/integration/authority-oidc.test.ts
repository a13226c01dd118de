import { createHash, randomBytes } from 'node:crypto';
import { OIDC } from '@stella-ops/contracts/authority';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { expect, test } from 'vitest';
import { ALL_SCOPES, openAuthorityServer } from './authority-server.ts';
import { Browser, hiddenFields } from './authority-browser.ts';
import { code, oidcKit } from './authority-oidc-kit.ts';

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

describeEachEngine('the OIDC issuer', (engine) => {
  const kit = oidcKit(engine);
  const { authorizationRequest, exchange, refresh, signIn, whoami } = kit;

  test('code with PKCE: login page, code, access token for the API, refresh token, ID token', async () => {
    const browser = new Browser(kit.server.url);
    const { url, verifier } = authorizationRequest();
    const login = await browser.open(url);
    expect(login.status).toBe(200);
    expect(login.text).toContain('Stella console');
    const done = await signIn(browser, login, kit.root);
    expect(done.leftTo).toMatch(/^http:\/\/127\.0\.0\.1:8080\/login\/callback\?code=/);
    expect(new URL(done.leftTo ?? '').searchParams.get('state')).toBe('abc');
    const tokens = await exchange(done.leftTo ?? '', verifier);
    expect(tokens).toMatchObject({ status: 200, expires_in: 300 });
    const claims = decodeJwt(tokens.access_token);
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect(claims).toMatchObject({
      iss: 'http://127.0.0.1:8080/oidc',
      aud: OIDC.audience,
      tid: kit.root.id,
      client_id: OIDC.consoleClientId,
    });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300);
    expect(decodeJwt(tokens.id_token)).toMatchObject({ sub: claims.sub, tid: kit.root.id, name: 'root' });
    const me = (await whoami(tokens.access_token)).body;
    expect(me).toMatchObject({ kind: 'user', id: claims.sub, name: 'root', roles: ['administrator'] });
    // The role's scopes, though the request asked for all.
    expect(me.scopes).toEqual(ALL_SCOPES.filter((scope) => scope !== 'tenant.write').toSorted());

    // With the session of this browser the console gets its next code without a page.
    const again = authorizationRequest();
    const silent = await browser.open(again.url);
    expect((await exchange(silent.leftTo ?? '', again.verifier)).status).toBe(200);
  });

  test('a code works once, with its verifier, for its client', async () => {
    const browser = new Browser(kit.server.url);
    const first = authorizationRequest();
    const callback = (await signIn(browser, await browser.open(first.url), kit.root)).leftTo ?? '';
    expect((await exchange(callback, randomBytes(32).toString('base64url'))).error).toBe('invalid_grant');
    const next = authorizationRequest();
    const good = (await browser.open(next.url)).leftTo ?? '';
    expect((await exchange(good, next.verifier, { client_id: OIDC.cliClientId })).error).toBe('invalid_grant');
    const third = authorizationRequest();
    const once = (await browser.open(third.url)).leftTo ?? '';
    const tokens = await exchange(once, third.verifier);
    expect((await exchange(once, third.verifier)).error).toBe('invalid_grant');
    // A code that comes twice was stolen: what was given for it ends too.
    expect((await refresh(tokens.refresh_token, OIDC.consoleClientId)).error).toBe('invalid_grant');
  });

  test('requests without PKCE, to another address, or for another audience are refused', async () => {
    const browser = new Browser(kit.server.url);
    const ask = (more: Readonly<Record<string, string>>, without: readonly string[] = []) => {
      const url = new URL(authorizationRequest(more).url);
      for (const name of without) url.searchParams.delete(name);
      return browser.open(url.href);
    };
    const noPkce = await ask({}, ['code_challenge', 'code_challenge_method']);
    expect(noPkce.leftTo).toContain('error=invalid_request');
    expect((await ask({ code_challenge_method: 'plain' })).leftTo).toContain('error=invalid_request');
    const elsewhere = await ask({ redirect_uri: 'http://evil.example/callback' });
    expect([elsewhere.status, elsewhere.leftTo]).toEqual([400, undefined]);
    expect((await ask({ resource: 'urn:other:api' })).leftTo).toContain('error=invalid_target');
    expect((await ask({ response_type: 'token' })).leftTo ?? '').toContain('error=');
  });

  test('the login page says what is wrong in the page, escaped, under a policy without scripts', async () => {
    const browser = new Browser(kit.server.url);
    const login = await browser.open(authorizationRequest().url);
    const policy = login.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'none'");
    expect(policy).toContain("form-action 'self' http://127.0.0.1:8080");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(login.text).not.toMatch(/<script|https?:\/\/(?!127)|@import| on[a-z]+=/);
    const failed = await browser.submit(login, { tenant: '"><script>', username: 'root', password: 'wrong' });
    expect(failed.status).toBe(401);
    expect(failed.text).toContain('role="alert"');
    expect(failed.text).toContain('value="&quot;&gt;&lt;script&gt;"');
    expect(failed.text).not.toContain('<script');
    // The same page still takes the right password.
    expect((await signIn(browser, failed, kit.root)).leftTo).toContain('code=');
  });

  test('a login form that another site sends is not taken', async () => {
    const browser = new Browser(kit.server.url);
    const login = await browser.open(authorizationRequest().url);
    const fields = { tenant: kit.root.tenant, username: kit.root.name, password: kit.root.password };
    for (const headers of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
      expect((await browser.submit(login, fields, headers)).status).toBe(400);
    // Nor from a browser that did not begin the login.
    expect((await new Browser(kit.server.url).submit(login, fields)).status).toBe(400);
    expect((await browser.submit(login, { abort: 'yes' })).leftTo).toContain('error=access_denied');
  });

  test('a hostile Host header leads nobody elsewhere', async () => {
    const response = await fetch(`${kit.server.url}/oidc/.well-known/openid-configuration`, {
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' },
    });
    const found = (await response.json()) as Record<string, unknown>;
    expect(JSON.stringify(found)).not.toContain('evil');
    expect(found['token_endpoint']).toBe(`${kit.server.url}/oidc/token`);
    expect(found['issuer']).toBe('http://127.0.0.1:8080/oidc');
  });

  test('a device gets tokens after its code was entered, confirmed and somebody logged in', async () => {
    const start = await fetch(`${kit.server.url}/oidc/device/auth`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: OIDC.cliClientId, scope: OIDC.loginScope }),
    });
    const device = (await start.json()) as Record<string, string>;
    const poll = () =>
      kit.server.token({
        grant_type: DEVICE_GRANT,
        client_id: OIDC.cliClientId,
        device_code: device['device_code'] ?? '',
      });
    expect((await poll()).error).toBe('authorization_pending');

    const browser = new Browser(kit.server.url);
    const enter = await browser.open(device['verification_uri'] ?? '');
    const wrong = await browser.submit(enter, { ...hiddenFields(enter), user_code: 'BBBB-BBBB' });
    expect(wrong.text).toContain('There is no such code');
    const confirm = await browser.submit(wrong, { ...hiddenFields(wrong), user_code: device['user_code'] ?? '' });
    expect(confirm.text).toContain(device['user_code']);
    expect(confirm.text).toContain('Stella command line');
    const login = await browser.submit(confirm, hiddenFields(confirm));
    const done = await signIn(browser, login, kit.root);
    expect(done.text).toContain('You can close this page');

    const tokens = await poll();
    expect((await whoami(tokens.access_token)).body.name).toBe('root');
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
    expect((await poll()).error).toBe('invalid_grant');
  });

  test('the address with the code in it leads to the same confirmation', async () => {
    const start = await fetch(`${kit.server.url}/oidc/device/auth`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: OIDC.cliClientId, scope: OIDC.loginScope }),
    });
    const device = (await start.json()) as Record<string, string>;
    const browser = new Browser(kit.server.url);
    const page = await browser.open(device['verification_uri_complete'] ?? '');
    // The provider's page submits itself: the policy lets exactly that script run.
    const [, script = ''] = /<script>([^]*?)<\/script>/.exec(page.text) ?? [];
    const digest = createHash('sha256').update(script).digest('base64');
    expect(page.headers.get('content-security-policy')).toContain(`'sha256-${digest}'`);
    const confirm = await browser.submit(page, hiddenFields(page));
    expect(confirm.text).toContain(device['user_code']);
    const cancelled = await browser.submit(confirm, { ...hiddenFields(confirm), abort: 'yes' });
    expect(cancelled.text).toContain('Cancelled');
    const grant = { grant_type: DEVICE_GRANT, client_id: OIDC.cliClientId };
    expect((await kit.server.token({ ...grant, device_code: device['device_code'] ?? '' })).error).toBe(
      'access_denied',
    );
  });

  test('the command line on a loopback port asks before it uses a session that is there', async () => {
    const browser = new Browser(kit.server.url);
    await signIn(browser, await browser.open(authorizationRequest().url), kit.root);
    const redirect = 'http://127.0.0.1:45123/callback';
    const { url, verifier } = authorizationRequest({ client_id: OIDC.cliClientId, redirect_uri: redirect });
    const consent = await browser.open(url);
    expect(consent.text).toContain('asks to act as <strong>root</strong>');
    const done = await browser.submit(consent, {});
    expect(done.leftTo).toContain(`${redirect}?code=`);
    const tokens = await exchange(done.leftTo ?? '', verifier, { client_id: OIDC.cliClientId, redirect_uri: redirect });
    expect((await whoami(tokens.access_token)).body.name).toBe('root');
  });

  test('client credentials: a registered client gets its own scopes, and none once it is removed', async () => {
    const admin = await kit.server.as(kit.root);
    const made = (await admin.createClient({ body: { name: 'pipeline', scopes: ['findings.read', 'scanner.scan'] } }))
      .body;
    const basic = `Basic ${Buffer.from(`${made.client.id}:${made.secret}`).toString('base64')}`;
    const ask = (authorization: string, scope?: string) =>
      kit.server.token(
        { grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) },
        { authorization },
      );
    const all = await ask(basic);
    expect(all.scope).toBe('findings.read scanner.scan');
    expect((await whoami(all.access_token)).body).toMatchObject({
      kind: 'client',
      id: made.client.id,
      name: 'pipeline',
      tenant: { id: kit.root.id },
      scopes: ['findings.read', 'scanner.scan'],
    });
    const some = await ask(basic, 'scanner.scan user.write');
    expect((await whoami(some.access_token)).body.scopes).toEqual(['scanner.scan']);
    const wrong = `Basic ${Buffer.from(`${made.client.id}:${made.secret.slice(1)}A`).toString('base64')}`;
    expect((await ask(wrong)).error).toBe('invalid_client');
    await expect(admin.createClient({ body: { name: 'pipeline', scopes: ['findings.read'] } })).rejects.toThrow(
      code('CLIENT_EXISTS'),
    );
    await admin.deleteClient({ params: { clientId: made.client.id } });
    expect((await ask(basic)).error).toBe('invalid_client');
    await expect(whoami(all.access_token)).rejects.toThrow(code('AUTH_INVALID'));
  });

  test('the password grant is for the command line alone', async () => {
    const form = {
      grant_type: OIDC.passwordGrant,
      tenant: kit.root.tenant,
      username: kit.root.name,
      password: kit.root.password,
    };
    const refused = await kit.server.token({ ...form, client_id: OIDC.consoleClientId });
    expect([refused.status, refused.access_token]).toEqual([400, undefined]);
    expect((await kit.server.token({ ...form, client_id: 'nobody' })).error).toBe('invalid_client');
    const some = await kit.server.token({
      ...form,
      client_id: OIDC.cliClientId,
      scope: 'user.read tenant.write made.up',
    });
    expect((await whoami(some.access_token)).body.scopes).toEqual(['user.read']);
    expect((await kit.server.token({ grant_type: OIDC.passwordGrant, client_id: OIDC.cliClientId })).error).toBe(
      'invalid_request',
    );
  });

  test('the session of a browser ends with signing out', async () => {
    const browser = new Browser(kit.server.url);
    await signIn(browser, await browser.open(authorizationRequest().url), kit.root);
    const ask = await browser.open(`${kit.server.url}/oidc/session/end`);
    expect(ask.text).toContain('Sign out?');
    const done = await browser.submit(ask, { ...hiddenFields(ask), logout: 'yes' });
    expect(done.text).toContain('Signed out');
    expect((await browser.open(authorizationRequest().url)).text).toContain('Sign in');
  });

  test('one address cannot flood the issuer', async () => {
    const small = await openAuthorityServer(kit.database, kit.secretsFolder, { requestsPerSecond: 1 });
    const statuses = new Set<number>();
    // On a machine that is slower than the limit a crowd is let in, and the next one comes.
    for (let crowd = 0; crowd < 20 && !statuses.has(429); crowd++) {
      const asked = Array.from({ length: 15 }, async () => (await fetch(`${small.url}/oidc/jwks`)).status);
      for (const status of await Promise.all(asked)) statuses.add(status);
    }
    expect(statuses).toEqual(new Set([200, 429]));
    await small.close();
  });
});
