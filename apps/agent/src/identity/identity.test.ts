import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDataFolder } from '../data-folder.ts';
import { Link } from '../link/link.ts';
import type { Log } from '../log.ts';
import { system } from '../system.ts';
import {
  makeAuthority,
  problem,
  type ScriptedServer,
  startScriptedServer,
  type TestAuthority,
} from '../testing/scripted-server.ts';
import { enrol } from './enrol.ts';
import { readIdentity } from './identity.ts';
import { makeRequest } from './make-request.ts';
import { keepRenewed, renewsAtMs } from './renewal.ts';

const AGENT_ID = '0193b6a0-0000-7000-8000-000000000001';
const DAY_MS = 86_400_000;

describe('identity of an agent', () => {
  let root = '';
  let authority: TestAuthority;
  let servers: ScriptedServer[] = [];
  let count = 0;
  const folderOf = (name: string) => openDataFolder(join(root, name));

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'stella-agent-identity-'));
    authority = await makeAuthority('test authority');
  });
  afterEach(async () => {
    for (const server of servers) await server.close();
    servers = [];
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  async function serve(of: TestAuthority, lifeMs = DAY_MS): Promise<ScriptedServer> {
    const server = await startScriptedServer(of, async ({ path, body, serial }) => {
      const { csr = '', token } = body as { csr?: string; token?: string };
      if (path === '/agent/v1/enrol') {
        if (token !== 'good') return problem(403, 'ENROLMENT_INVALID');
        const certificate = await of.sign(csr, `1${++count}`, lifeMs);
        return { status: 201, body: { agentId: AGENT_ID, name: 'web-1', certificate, authority: of.pem } };
      }
      if (path === '/agent/v1/renew') {
        if (serial === undefined) return problem(401, 'AUTH_INVALID');
        return { status: 200, body: { certificate: await of.sign(csr, `1${++count}`, DAY_MS) } };
      }
      if (serial === undefined) return problem(401, 'AUTH_INVALID');
      return { status: 200, body: { task: null, targets: [] } };
    });
    servers.push(server);
    return server;
  }

  test('a token and a fingerprint become an identity that only its owner can read, and that the server knows again', async () => {
    const server = await serve(authority);
    const folder = await folderOf('whole');
    const identity = await enrol(folder, {
      server: server.url,
      token: 'good',
      authorityFingerprint: authority.fingerprint,
    });
    expect(statSync(folder.identity).mode & 0o777).toBe(0o600);
    expect(await readIdentity(folder.identity)).toEqual(identity);
    expect(identity).toMatchObject({ agentId: AGENT_ID, name: 'web-1', server: server.url });
    const link = new Link(identity);
    await link.routes.takeTask({ body: { waitMs: 0, softwareVersion: '1', platform: 'linux/amd64' } });
    link.close();
    expect(server.requests.at(-1)).toMatchObject({ path: '/agent/v1/tasks/take', serial: expect.stringMatching(/^1/) });
  });

  test('the token is said to nobody but the authority with the pinned fingerprint', async () => {
    const imposter = await makeAuthority('test authority');
    const server = await serve(imposter);
    const folder = await folderOf('imposter');
    const attempt = enrol(folder, { server: server.url, token: 'good', authorityFingerprint: authority.fingerprint });
    await expect(attempt).rejects.toMatchObject({ code: 'AUTHORITY_MISMATCH', exit: 3 });
    expect(server.requests).toEqual([]);
    await expect(readIdentity(folder.identity)).rejects.toMatchObject({ code: 'AGENT_NOT_ENROLLED' });
  });

  test('a server that shows the pinned authority but cannot speak for it hears no token', async () => {
    const other = await makeAuthority('other authority');
    // Its own certificate is by another authority; the pinned one is only shown behind it.
    const server = await serve({ ...authority, serverIdentity: () => other.serverIdentity() });
    const folder = await folderOf('shown');
    const attempt = enrol(folder, { server: server.url, token: 'good', authorityFingerprint: authority.fingerprint });
    await expect(attempt).rejects.toMatchObject({
      code: expect.stringMatching(/AUTHORITY_MISMATCH|SERVER_UNREACHABLE/),
    });
    expect(server.requests).toEqual([]);
  });

  test('a certificate for another key is refused', async () => {
    const server = await startScriptedServer(authority, async () => {
      const certificate = await authority.sign(makeRequest('other').csr, '99', DAY_MS);
      return { status: 201, body: { agentId: AGENT_ID, name: 'web-1', certificate, authority: authority.pem } };
    });
    servers.push(server);
    const attempt = enrol(await folderOf('other-key'), {
      server: server.url,
      token: 'good',
      authorityFingerprint: authority.fingerprint,
    });
    await expect(attempt).rejects.toMatchObject({ code: 'CERTIFICATE_MISMATCH' });
  });

  test('a refused token says so, and leaves no identity', async () => {
    const server = await serve(authority);
    const folder = await folderOf('refused');
    const options = { server: server.url, token: 'used', authorityFingerprint: authority.fingerprint };
    await expect(enrol(folder, options)).rejects.toMatchObject({ code: 'ENROLMENT_INVALID' });
    await expect(readIdentity(folder.identity)).rejects.toMatchObject({ code: 'AGENT_NOT_ENROLLED' });
  });

  test('an identity is never overwritten by enrolling again', async () => {
    const server = await serve(authority);
    const folder = await folderOf('twice');
    const options = { server: server.url, token: 'good', authorityFingerprint: authority.fingerprint };
    await enrol(folder, options);
    const before = await readFile(folder.identity, 'utf8');
    await expect(enrol(folder, options)).rejects.toMatchObject({ code: 'AGENT_ENROLLED' });
    expect(await readFile(folder.identity, 'utf8')).toBe(before);
  });

  test('a damaged identity is refused without quoting it', async () => {
    const folder = await folderOf('damaged');
    writeFileSync(folder.identity, '{"format":"stella.agent/v1","key":"-----BEGIN PRIVATE KEY-----');
    const error = await readIdentity(folder.identity).catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ code: 'AGENT_IDENTITY_UNREADABLE' });
    expect(JSON.stringify(error)).not.toContain('PRIVATE KEY');
  });

  test('a certificate is renewed at two thirds of its life, with another key, and is used from then on', async () => {
    const server = await serve(authority, 3_000);
    const folder = await folderOf('renewed');
    const first = await enrol(folder, {
      server: server.url,
      token: 'good',
      authorityFingerprint: authority.fingerprint,
    });
    const link = new Link(first);
    const stopping = new AbortController();
    const lines: string[] = [];
    const log: Log = { info: (message) => lines.push(message), warn: (message) => lines.push(message) };
    const dueMs = renewsAtMs(first.certificate);
    const kept = keepRenewed(first, { folder, link, system, log, signal: stopping.signal });
    while (!lines.includes('The certificate was renewed')) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(Date.now()).toBeGreaterThanOrEqual(dueMs);
    const second = await readIdentity(folder.identity);
    expect(second.key).not.toBe(first.key);
    expect(second).toMatchObject({ agentId: first.agentId, authority: first.authority });
    await link.routes.takeTask({ body: { waitMs: 0, softwareVersion: '1', platform: 'linux/amd64' } });
    const [renewal, take] = server.requests.slice(-2);
    expect(renewal?.path).toBe('/agent/v1/renew');
    expect(take?.serial).not.toBe(renewal?.serial);
    stopping.abort();
    await kept;
    link.close();
  });
});
