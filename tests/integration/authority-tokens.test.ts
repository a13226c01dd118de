import { generateKeyPairSync } from 'node:crypto';
import { AUTHORITY_ROUTES, OIDC } from '@stella-ops/contracts/authority';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { type AuthorityServer, openAuthorityServer, type TokenAnswer } from './authority-server.ts';
import { code, oidcKit } from './authority-oidc-kit.ts';

describeEachEngine('tokens of the OIDC issuer', (engine) => {
  const kit = oidcKit(engine);
  const { refresh, whoami } = kit;

  test('a refresh token works once; used again, everything of that login ends', async () => {
    const first = await kit.server.passwordToken(kit.root);
    const second = await refresh(first.refresh_token);
    expect((await whoami(second.access_token)).status).toBe(200);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await refresh(first.refresh_token)).error).toBe('invalid_grant');
    expect((await refresh(second.refresh_token)).error).toBe('invalid_grant');
  });

  test('of refreshes that come together with one token, one gets tokens', async () => {
    const { refresh_token: token } = await kit.server.passwordToken(kit.root);
    const answers = await Promise.all(Array.from({ length: 6 }, () => refresh(token)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  });

  test('signing out with the refresh token ends the login', async () => {
    const tokens = await kit.server.passwordToken(kit.root);
    await fetch(`${kit.server.url}/oidc/token/revocation`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: OIDC.cliClientId, token: tokens.refresh_token }),
    });
    expect((await refresh(tokens.refresh_token)).error).toBe('invalid_grant');
    // Nothing was kept of the access token yet, so its end shows at once.
    await expect(whoami(tokens.access_token)).rejects.toThrow(code('AUTH_INVALID'));
  });

  test('forged, changed, expired and foreign tokens are refused', async () => {
    const { access_token: good } = await kit.server.passwordToken(kit.root);
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
    const { access_token: good } = await kit.server.passwordToken(kit.root);
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
    const { rows } = await kit.database.withRelay((tx) =>
      sql<{ sealed: string }>`select sealed from authority.issuer_secret where id = ${kid}`.execute(tx),
    );
    const master = openMasterKey(`${kit.server.secretsDir}/master-key`, systemRandomness);
    const jwk = JSON.parse(master.open(rows[0]?.sealed ?? '', `authority:signing-key:${kid}`).toString()) as {
      readonly kty: string;
    };
    return (claims: object, typ = 'at+jwt') =>
      new SignJWT(claims as Record<string, unknown>).setProtectedHeader({ alg: 'ES256', typ, kid }).sign(jwk);
  }

  test('a new signing key takes over, and tokens of the old one stay good', async () => {
    const before = await kit.server.passwordToken(kit.root);
    const age = (days: number) =>
      kit.database.withOwner((tx) =>
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
    const second = await openAuthorityServer(kit.database, kit.secretsFolder);
    const after = await second.passwordToken(kit.root);
    expect(kidOf(after)).not.toBe(kidOf(before));
    expect(await published(second)).toEqual([kidOf(after), kidOf(before)]);
    const ask = (by: AuthorityServer, { access_token: token }: TokenAnswer) =>
      by.bearer(AUTHORITY_ROUTES, token).whoami({});
    await ask(second, before);
    // The process that runs longer learns of the key when a token comes with it, at most every 5 s.
    await expect
      .poll(
        () =>
          ask(kit.server, after).then(
            ({ status }) => status,
            () => 401,
          ),
        { timeout: 60_000 },
      )
      .toBe(200);
    expect(kidOf(await kit.server.passwordToken(kit.root))).toBe(kidOf(after));
    await second.close();

    await age(2);
    const third = await openAuthorityServer(kit.database, kit.secretsFolder);
    expect(await published(third)).toEqual([kidOf(after)]);
    await ask(third, after);
    await expect(ask(third, before)).rejects.toThrow(code('AUTH_INVALID'));
    await third.close();
  });
});
