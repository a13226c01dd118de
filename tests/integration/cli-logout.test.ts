import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUTHORITY_ROUTES, OIDC } from '@stella-ops/contracts/authority';
import { stella } from '@stella-ops/testkit';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuthorityServer, openAuthorityServer, temporarySecrets } from './authority-server.ts';

interface Kept {
  readonly logins: Readonly<Record<string, { readonly accessToken: string; readonly refreshToken: string }>>;
}

describeEachEngine('logging out at the command line', (engine) => {
  const secrets = temporarySecrets();
  const home = mkdtempSync(join(tmpdir(), 'stella-logout-'));
  let server: AuthorityServer;

  beforeAll(async () => {
    server = await openAuthorityServer(await engine.database(), secrets.folder);
  });
  afterAll(async () => {
    await server.close();
    secrets.remove();
    rmSync(home, { recursive: true });
  });

  const file = join(home, 'stella', 'credentials.json');
  const run = (...words: readonly string[]) =>
    stella(words, { cwd: home, env: { XDG_CONFIG_HOME: home, STELLA_SERVER: undefined, STELLA_TOKEN: undefined } });
  const kept = (): Kept => JSON.parse(readFileSync(file, 'utf8')) as Kept;
  /** Logs in, and answers with what somebody may have copied. */
  const logIn = async (url: string) => {
    const password = join(server.secretsDir, 'admin-password');
    const login = await run('login', '--server', url, '--user', 'admin', '--password-file', password);
    expect(login, login.stderr).toMatchObject({ exit: 0 });
    return kept().logins[url] ?? expect.unreachable();
  };

  test('ends the login at the server: a copy of its tokens is worth nothing', async () => {
    const copy = await logIn(server.url);
    const whoami = () => server.bearer(AUTHORITY_ROUTES, copy.accessToken).whoami({});
    expect((await whoami()).body.name).toBe('admin');
    const logout = await run('logout', '--format', 'json');
    expect(logout).toMatchObject({ exit: 0, stderr: '' });
    expect(JSON.parse(logout.stdout)).toEqual({ server: server.url, wasLoggedIn: true, isEndedThere: true });
    expect(kept().logins).toEqual({});
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const form = { grant_type: 'refresh_token', client_id: OIDC.cliClientId, refresh_token: copy.refreshToken };
    expect(await server.token(form)).toMatchObject({ status: 400, error: 'invalid_grant' });
    await expect(whoami()).rejects.toMatchObject({ code: expect.stringMatching(/^AUTH_/) });
  });

  test('a server that does not answer is named, and the login is forgotten all the same', async () => {
    const copy = await logIn(server.url);
    const { port } = new URL(server.url);
    // As if it had been logged in where nobody answers now.
    const gone = 'http://127.0.0.1:9';
    const text = readFileSync(file, 'utf8').replaceAll(`127.0.0.1:${port}`, '127.0.0.1:9');
    writeFileSync(file, text, { mode: 0o600 });
    const logout = await run('logout', '--server', gone);
    expect(logout).toMatchObject({ exit: 0, stdout: `logged out of ${gone}\n` });
    expect(logout.stderr).toContain('The server was not told (http://127.0.0.1:9 does not answer)');
    expect(logout.stderr).not.toContain(copy.refreshToken);
    expect(kept().logins).toEqual({});
  });

  test('where nobody is logged in there is nothing to end', async () => {
    const nobody = await run('logout', '--server', server.url, '--format', 'json');
    expect(nobody).toMatchObject({ exit: 0, stderr: '' });
    expect(JSON.parse(nobody.stdout)).toMatchObject({ wasLoggedIn: false, isEndedThere: false });
  });
});
