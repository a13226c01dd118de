import { createHash, randomBytes } from 'node:crypto';
import { AUTHORITY_ROUTES, OIDC } from '@stella-ops/contracts/authority';
import type { Database } from '@stella-ops/platform/database';
import type { Engine } from '@stella-ops/testkit/server';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Page } from './authority-browser.ts';
import { type AuthorityServer, openAuthorityServer, type Person, temporarySecrets } from './authority-server.ts';

export const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });
export const CONSOLE_REDIRECT = 'http://127.0.0.1:8080/login/callback';

/** Authority on one engine with what a login needs. Call it in a suite: it opens before and closes after. */
export function oidcKit(engine: Engine) {
  const secrets = temporarySecrets();
  let database: Database;
  let server: AuthorityServer;
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

  return {
    whoami,
    refresh,
    authorizationRequest,
    signIn,
    exchange,
    secretsFolder: secrets.folder,
    get database() {
      return database;
    },
    get server() {
      return server;
    },
    /** The administrator of a tenant, for tests that only need somebody. */
    get root() {
      return root;
    },
  };
}
