import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { AUTHORITY_ROUTES, OIDC } from '@stella-ops/contracts/authority';
import type { Database } from '@stella-ops/platform/database';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ALL_SCOPES,
  type AuthorityServer,
  openAuthorityServer,
  type Person,
  temporarySecrets,
  type TokenAnswer,
} from './authority-server.ts';
import { Browser, hiddenFields, type Page } from './authority-browser.ts';

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });
const CONSOLE_REDIRECT = 'http://127.0.0.1:8080/login/callback';
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

describeEachEngine('the OIDC issuer', (engine) => {
  const secrets = temporarySecrets();
  let database: Database;
  let server: AuthorityServer;
  /** A tenant with one administrator, for tests that only need somebody. */
  let root: Person & { readonly id: string };

  beforeAll(async () => {
    database = await engine.database();
    server = await openAuthorityServer(database, secrets.folder);
    root = await server.tenant();
  });
  afterAll(async () => {
    await server.close();
    secrets.remove();
  });

  const whoami = (token: string) => server.bearer(AUTHORITY_ROUTES, token).whoami({});
  const refresh = (refreshToken: string, client: string = OIDC.cliClientId) =>
    server.token({ grant_type: 'refresh_token', client_id: client, refresh_token: refreshToken });

  function authorizationRequest(more: Readonly<Record<string, string>> = {}) {
    const verifier = randomBytes(32).toString('base64url');
    const url = new URL(`${server.url}/oidc/auth`);
    url.search = new URLSearchParams({
      client_id: OIDC.consoleClientId,
      redirect_uri: CONSOLE_REDIRECT,
      response_type: 'code',
      scope: OIDC.loginScope,
      state: 'abc',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...more,
    }).toString();
    return { url: url.href, verifier };
  }

  /** Fills in the login page. */
  const signIn = (browser: Browser, page: Page, { tenant, name, password }: Person) =>
    browser.submit(page, { tenant, username: name, password });

  const exchange = (callback: string, verifier: string, more: Readonly<Record<string, string>> = {}) =>
    server.token({
      grant_type: 'authorization_code',
      client_id: OIDC.consoleClientId,
      redirect_uri: CONSOLE_REDIRECT,
      code: new URL(callback).searchParams.get('code') ?? '',
      code_verifier: verifier,
      ...more,
    });

  test('code with PKCE: login page, code, access token for the API, refresh token, ID token', async () => {
    const browser = new Browser(server.url);
    const { url, verifier } = authorizationRequest();
    const login = await browser.open(url);
    expect(login.status).toBe(200);
    expect(login.text).toContain('Stella console');
    const done = await signIn(browser, login, root);
    expect(done.leftTo).toMatch(/^http:\/\/127\.0\.0\.1:8080\/login\/callback\?code=/);
    expect(new URL(done.leftTo ?? '').searchParams.get('state')).toBe('abc');
    const tokens = await exchange(done.leftTo ?? '', verifier);
    expect(tokens).toMatchObject({ status: 200, expires_in: 300 });
    const claims = decodeJwt(tokens.access_token);
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect(claims).toMatchObject({
      iss: 'http://127.0.0.1:8080/oidc',
      aud: OIDC.audience,
      tid: root.id,
      client_id: OIDC.consoleClientId,
    });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300);
    expect(decodeJwt(tokens.id_token)).toMatchObject({ sub: claims.sub, tid: root.id, name: 'root' });
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
    const browser = new Browser(server.url);
    const first = authorizationRequest();
    const callback = (await signIn(browser, await browser.open(first.url), root)).leftTo ?? '';
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
    const browser = new Browser(server.url);
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
    const browser = new Browser(server.url);
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
    expect((await signIn(browser, failed, root)).leftTo).toContain('code=');
  });

  test('a login form that another site sends is not taken', async () => {
    const browser = new Browser(server.url);
    const login = await browser.open(authorizationRequest().url);
    const fields = { tenant: root.tenant, username: root.name, password: root.password };
    for (const headers of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
      expect((await browser.submit(login, fields, headers)).status).toBe(400);
    // Nor from a browser that did not begin the login.
    expect((await new Browser(server.url).submit(login, fields)).status).toBe(400);
    expect((await browser.submit(login, { abort: 'yes' })).leftTo).toContain('error=access_denied');
  });

  test('a hostile Host header leads nobody elsewhere', async () => {
    const response = await fetch(`${server.url}/oidc/.well-known/openid-configuration`, {
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' },
    });
    const found = (await response.json()) as Record<string, unknown>;
    expect(JSON.stringify(found)).not.toContain('evil');
    expect(found['token_endpoint']).toBe(`${server.url}/oidc/token`);
    expect(found['issuer']).toBe('http://127.0.0.1:8080/oidc');
  });

  test('a device gets tokens after its code was entered, confirmed and somebody logged in', async () => {
    const start = await fetch(`${server.url}/oidc/device/auth`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: OIDC.cliClientId, scope: OIDC.loginScope }),
    });
    const device = (await start.json()) as Record<string, string>;
    const poll = () =>
      server.token({
        grant_type: DEVICE_GRANT,
        client_id: OIDC.cliClientId,
        device_code: device['device_code'] ?? '',
      });
    expect((await poll()).error).toBe('authorization_pending');

    const browser = new Browser(server.url);
    const enter = await browser.open(device['verification_uri'] ?? '');
    const wrong = await browser.submit(enter, { ...hiddenFields(enter), user_code: 'BBBB-BBBB' });
    expect(wrong.text).toContain('There is no such code');
    const confirm = await browser.submit(wrong, { ...hiddenFields(wrong), user_code: device['user_code'] ?? '' });
    expect(confirm.text).toContain(device['user_code']);
    expect(confirm.text).toContain('Stella command line');
    const login = await browser.submit(confirm, hiddenFields(confirm));
    const done = await signIn(browser, login, root);
    expect(done.text).toContain('You can close this page');

    const tokens = await poll();
    expect((await whoami(tokens.access_token)).body.name).toBe('root');
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
    expect((await poll()).error).toBe('invalid_grant');
  });

  test('the address with the code in it leads to the same confirmation', async () => {
    const start = await fetch(`${server.url}/oidc/device/auth`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: OIDC.cliClientId, scope: OIDC.loginScope }),
    });
    const device = (await start.json()) as Record<string, string>;
    const browser = new Browser(server.url);
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
    expect((await server.token({ ...grant, device_code: device['device_code'] ?? '' })).error).toBe('access_denied');
  });

  test('the command line on a loopback port asks before it uses a session that is there', async () => {
    const browser = new Browser(server.url);
    await signIn(browser, await browser.open(authorizationRequest().url), root);
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
    const admin = await server.as(root);
    const made = (await admin.createClient({ body: { name: 'pipeline', scopes: ['findings.read', 'scanner.scan'] } }))
      .body;
    const basic = `Basic ${Buffer.from(`${made.client.id}:${made.secret}`).toString('base64')}`;
    const ask = (authorization: string, scope?: string) =>
      server.token({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) }, { authorization });
    const all = await ask(basic);
    expect(all.scope).toBe('findings.read scanner.scan');
    expect((await whoami(all.access_token)).body).toMatchObject({
      kind: 'client',
      id: made.client.id,
      name: 'pipeline',
      tenant: { id: root.id },
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
    const form = { grant_type: OIDC.passwordGrant, tenant: root.tenant, username: root.name, password: root.password };
    const refused = await server.token({ ...form, client_id: OIDC.consoleClientId });
    expect([refused.status, refused.access_token]).toEqual([400, undefined]);
    expect((await server.token({ ...form, client_id: 'nobody' })).error).toBe('invalid_client');
    const some = await server.token({ ...form, client_id: OIDC.cliClientId, scope: 'user.read tenant.write made.up' });
    expect((await whoami(some.access_token)).body.scopes).toEqual(['user.read']);
    expect((await server.token({ grant_type: OIDC.passwordGrant, client_id: OIDC.cliClientId })).error).toBe(
      'invalid_request',
    );
  });

  test('a refresh token works once; used again, everything of that login ends', async () => {
    const first = await server.passwordToken(root);
    const second = await refresh(first.refresh_token);
    expect((await whoami(second.access_token)).status).toBe(200);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await refresh(first.refresh_token)).error).toBe('invalid_grant');
    expect((await refresh(second.refresh_token)).error).toBe('invalid_grant');
  });

  test('of refreshes that come together with one token, one gets tokens', async () => {
    const { refresh_token: token } = await server.passwordToken(root);
    const answers = await Promise.all(Array.from({ length: 6 }, () => refresh(token)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  });

  test('signing out with the refresh token ends the login', async () => {
    const tokens = await server.passwordToken(root);
    await fetch(`${server.url}/oidc/token/revocation`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: OIDC.cliClientId, token: tokens.refresh_token }),
    });
    expect((await refresh(tokens.refresh_token)).error).toBe('invalid_grant');
    // Nothing was kept of the access token yet, so its end shows at once.
    await expect(whoami(tokens.access_token)).rejects.toThrow(code('AUTH_INVALID'));
  });

  test('forged, changed, expired and foreign tokens are refused', async () => {
    const { access_token: good } = await server.passwordToken(root);
    const claims = decodeJwt(good);
    const { kid } = decodeProtectedHeader(good);
    const mine = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const [head = '', body = '', signature = ''] = good.split('.');
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${part({ alg: 'none', typ: 'at+jwt' })}.${body}.`;
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: kid ?? '' })
      .sign(mine);
    const ownKey = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'mine' })
      .sign(mine);
    const symmetric = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: kid ?? '' })
      .sign(Buffer.from(good));
    const wider = `${head}.${part({ ...claims, scope: 'tenant.write' })}.${signature}`;
    await whoami(good);
    for (const [what, token] of Object.entries({
      unsigned,
      forged,
      ownKey,
      symmetric,
      wider,
      cut: good.slice(0, -2),
      head,
    }))
      await expect(whoami(token), what).rejects.toThrow(code('AUTH_INVALID'));
  });

  test('tokens by our own key, yet expired, early, for others, bound to a key, or ID tokens, are refused', async () => {
    const { access_token: good } = await server.passwordToken(root);
    const claims = decodeJwt(good);
    const sign = await ownSigner(good);
    const now = Math.floor(Date.now() / 1000);
    const { exp: _exp, ...unlimited } = claims;
    await whoami(await sign(claims));
    const cases: Readonly<Record<string, Promise<string>>> = {
      expired: sign({ ...claims, exp: now - 1 }),
      'without end': sign(unlimited),
      early: sign({ ...claims, nbf: now + 60 }),
      audience: sign({ ...claims, aud: 'urn:other:api' }),
      issuer: sign({ ...claims, iss: 'http://127.0.0.1:8080' }),
      type: sign(claims, 'JWT'),
      'bound to a key': sign({ ...claims, cnf: { jkt: 'x' } }),
      'another tenant': sign({ ...claims, tid: '0193bbbb-0000-7000-8000-00000000000b' }),
      'without login': sign({ ...claims, gid: undefined }),
      'another login': sign({ ...claims, gid: 'x' }),
      'a user as client': sign({ ...claims, client_id: claims.sub }),
    };
    for (const [what, token] of Object.entries(cases))
      await expect(whoami(await token), what).rejects.toThrow(code('AUTH_INVALID'));
  });

  /** Signs as the issuer would: with the key out of its sealed place. */
  async function ownSigner(token: string) {
    const { openMasterKey, systemRandomness } = await import('@stella-ops/platform/runtime');
    const { kid = '' } = decodeProtectedHeader(token);
    const { rows } = await database.withRelay((tx) =>
      sql<{ sealed: string }>`select sealed from authority.issuer_secret where id = ${kid}`.execute(tx),
    );
    const master = openMasterKey(`${server.secretsDir}/master-key`, systemRandomness);
    const jwk = JSON.parse(master.open(rows[0]?.sealed ?? '', `authority:signing-key:${kid}`).toString()) as {
      readonly kty: string;
    };
    return (claims: object, typ = 'at+jwt') =>
      new SignJWT(claims as Record<string, unknown>).setProtectedHeader({ alg: 'ES256', typ, kid }).sign(jwk);
  }

  test('a new signing key takes over, and tokens of the old one stay good', async () => {
    const before = await server.passwordToken(root);
    const age = (days: number) =>
      database.withOwner((tx) =>
        sql`update authority.issuer_secret set created_at = created_at - make_interval(days => ${days})
            where kind = 'signing-key'`.execute(tx),
      );
    const kidOf = ({ access_token: token }: TokenAnswer) => decodeProtectedHeader(token).kid;
    const published = async ({ url }: AuthorityServer) => {
      const { keys } = (await (await fetch(`${url}/oidc/jwks`)).json()) as { keys: { kid: string; d?: string }[] };
      expect(keys.filter((key) => key.d !== undefined)).toEqual([]);
      return keys.map(({ kid }) => kid);
    };
    await age(61);
    const second = await openAuthorityServer(database, secrets.folder);
    const after = await second.passwordToken(root);
    expect(kidOf(after)).not.toBe(kidOf(before));
    expect(await published(second)).toEqual([kidOf(after), kidOf(before)]);
    const ask = (by: AuthorityServer, { access_token: token }: TokenAnswer) =>
      by.bearer(AUTHORITY_ROUTES, token).whoami({});
    await ask(second, before);
    // The process that runs longer learns of the key when a token comes with it, at most every 5 s.
    await expect
      .poll(
        () =>
          ask(server, after).then(
            ({ status }) => status,
            () => 401,
          ),
        { timeout: 10_000 },
      )
      .toBe(200);
    expect(kidOf(await server.passwordToken(root))).toBe(kidOf(after));
    await second.close();

    await age(2);
    const third = await openAuthorityServer(database, secrets.folder);
    expect(await published(third)).toEqual([kidOf(after)]);
    await ask(third, after);
    await expect(ask(third, before)).rejects.toThrow(code('AUTH_INVALID'));
    await third.close();
  });

  test('who guesses is made to wait, and gets in after that; others are not kept out', async () => {
    const admin = await server.as(root);
    const [victim, bystander] = [
      await server.user(admin, root.tenant, ['auditor']),
      await server.user(admin, root.tenant, ['auditor']),
    ];
    const guess = () => server.passwordToken({ ...victim, password: 'wrong guess' });
    for (let n = 0; n < 6; n++) expect(await guess()).toMatchObject({ status: 400, error: 'invalid_grant' });
    const blocked = await server.passwordToken(victim);
    expect(blocked.error_description).toMatch(/^too many failed attempts; try again in \d+ seconds$/);
    expect(Number(blocked.retryAfter)).toBeGreaterThanOrEqual(1);
    expect((await server.passwordToken(bystander)).status).toBe(200);
    await database.withRelay((tx) =>
      sql`update authority.login_throttle set blocked_until = blocked_until - interval '1 hour'`.execute(tx),
    );
    expect((await server.passwordToken(victim)).status).toBe(200);
    expect((await guess()).error_description).toMatch(/is wrong/);
  });

  test('wrong tenant, wrong name, wrong password and account switched off are one answer', async () => {
    const admin = await server.as(root);
    const off = await server.user(admin, root.tenant, []);
    await admin.updateUser({ params: { userId: off.id }, body: { isActive: false } }, { ifMatch: '"v1"' });
    const answers = await Promise.all(
      [{ ...root, tenant: 'no-such' }, { ...root, name: 'nobody' }, { ...root, password: 'wrong' }, off].map((person) =>
        server.passwordToken(person),
      ),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 400, error: 'invalid_grant' });
  });

  test('a user who is switched off, or gets another password, is out at once: tokens, refresh tokens, sessions', async () => {
    const admin = await server.as(root);
    for (const end of ['switched off', 'another password'] as const) {
      const user = await server.user(admin, root.tenant, ['auditor']);
      const browser = new Browser(server.url);
      await signIn(browser, await browser.open(authorizationRequest().url), user);
      const tokens = await server.passwordToken(user);
      await whoami(tokens.access_token);
      const params = { userId: user.id };
      if (end === 'switched off') await admin.updateUser({ params, body: { isActive: false } }, { ifMatch: '"v1"' });
      else await admin.resetPassword({ params, body: { password: 'another horse eats 8' } });
      await expect(whoami(tokens.access_token), end).rejects.toThrow(code('AUTH_INVALID'));
      expect((await refresh(tokens.refresh_token)).error, end).toBe('invalid_grant');
      expect((await browser.open(authorizationRequest().url)).text, end).toContain('Sign in');
    }
  });

  test('changing the own password needs the present one, keeps this login and ends the others', async () => {
    const admin = await server.as(root);
    const user = await server.user(admin, root.tenant, []);
    const [here, there] = [await server.passwordToken(user), await server.passwordToken(user)];
    const me = server.bearer(AUTHORITY_ROUTES, here.access_token);
    const password = 'eleven purple umbrellas';
    await expect(me.changePassword({ body: { present: 'not this', password } })).rejects.toThrow(
      code('PASSWORD_WRONG'),
    );
    await expect(me.changePassword({ body: { present: user.password, password: 'short' } })).rejects.toThrow(
      code('PASSWORD_WEAK'),
    );
    await me.changePassword({ body: { present: user.password, password } });
    expect((await whoami(here.access_token)).body.id).toBe(user.id);
    expect((await refresh(here.refresh_token)).status).toBe(200);
    await expect(whoami(there.access_token)).rejects.toThrow(code('AUTH_INVALID'));
    expect((await refresh(there.refresh_token)).error).toBe('invalid_grant');
    expect((await server.passwordToken(user)).status).toBe(400);
    expect((await server.passwordToken({ ...user, password })).status).toBe(200);
  });

  test('roles that are taken away are gone from tokens that are out', async () => {
    const admin = await server.as(root);
    const user = await server.user(admin, root.tenant, ['release-manager']);
    const { access_token: token } = await server.passwordToken(user);
    expect((await whoami(token)).body.scopes).toContain('release.write');
    await admin.updateUser({ params: { userId: user.id }, body: { roles: ['approver'] } }, { ifMatch: '"v1"' });
    const { scopes } = (await whoami(token)).body;
    expect(scopes).not.toContain('release.write');
    expect(scopes).toContain('release.read');
    expect(scopes).not.toContain('promotion.approve');
  });

  test('the session of a browser ends with signing out', async () => {
    const browser = new Browser(server.url);
    await signIn(browser, await browser.open(authorizationRequest().url), root);
    const ask = await browser.open(`${server.url}/oidc/session/end`);
    expect(ask.text).toContain('Sign out?');
    const done = await browser.submit(ask, { ...hiddenFields(ask), logout: 'yes' });
    expect(done.text).toContain('Signed out');
    expect((await browser.open(authorizationRequest().url)).text).toContain('Sign in');
  });

  test('one address cannot flood the issuer', async () => {
    const small = await openAuthorityServer(database, secrets.folder, { requestsPerSecond: 1 });
    const statuses = await Promise.all(
      Array.from({ length: 15 }, async () => (await fetch(`${small.url}/oidc/jwks`)).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    await small.close();
  });
});
