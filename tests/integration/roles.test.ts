import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fillShop, type Person } from '@stella-ops/app-server/demo';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { openPeers, PRINCIPAL_HEADER } from '@stella-ops/platform/peers';
import { openMasterKey, systemClock, systemRandomness } from '@stella-ops/platform/runtime';
import { describeNeeding, testPostgres } from '@stella-ops/testkit';
import { makeTenant, startParts, startTestServer, type TestServer } from '@stella-ops/testkit/product';
import { afterAll, beforeAll, expect, test } from 'vitest';

const code = (name: string) => expect.objectContaining({ code: name }) as unknown;

describeNeeding(['postgres'], 'the product in parts', () => {
  let parts: readonly TestServer[];
  let people: Record<'admin' | 'rosa' | 'sam', Person>;
  const part = (at: number): TestServer => {
    const found = parts[at];
    if (found === undefined) throw new Error(`there is no part ${at}`);
    return found;
  };

  beforeAll(async () => {
    parts = await startParts(testPostgres().createDatabase());
    people = await makeTenant(part(0), 'shop');
  }, 300_000);
  afterAll(async () => {
    for (const one of parts ?? []) await one.stop();
  });

  test('a release goes its way through all of them, from one address', async () => {
    await fillShop(people);
    const { body } = await people.sam.client(RELEASES_ROUTES).listPromotions({ query: {} });
    expect(body.items.map(({ state }) => state)).toContain('approved');
    const packets = (await people.sam.client(EVIDENCE_ROUTES).listPackets({ query: { kind: 'promotion' } })).body.items;
    expect(packets.length).toBeGreaterThan(0);
    const checkpoint = await fetch(`${part(0).url}/log/checkpoint`);
    expect(await checkpoint.text()).toContain('\n');
  }, 300_000);

  test('a part behind the front answers health, version and metrics, and nothing that needs a caller', async () => {
    const at = (path: string) => fetch(`${part(1).apiUrl}${path}`).then(({ status }) => status);
    expect(await Promise.all(['/health/readiness', '/version', '/metrics'].map(at))).toEqual([200, 200, 200]);
    expect(await at('/api/v1/images')).toBe(404);
  });

  test('without a certificate of the installation its port for processes refuses, whoever one says to be', async () => {
    const { body } = await people.admin.client(AUTHORITY_ROUTES).whoami({});
    const principal = {
      kind: 'service',
      id: 'releases',
      name: 'releases',
      tenantId: body.tenant.id,
      scopes: ['scanner.read'],
    };
    const header = Buffer.from(JSON.stringify(principal)).toString('base64url');
    expect(await askPeer(part(1), header, undefined)).toMatchObject({ status: 401, code: 'AUTH_REQUIRED' });
    const folder = mkdtempSync(join(tmpdir(), 'stella-stranger-'));
    const stranger = await openPeers({
      masterKey: openMasterKey(join(folder, 'master-key'), systemRandomness),
      services: ['releases'],
      addresses: {},
      clock: systemClock,
      randomness: systemRandomness,
      failed: () => undefined,
    });
    expect(await askPeer(part(1), header, stranger.identity)).toMatchObject({ status: 401, code: 'AUTH_INVALID' });
    stranger.close();
    const own = await openPeers({
      masterKey: openMasterKey(join(part(0).dataDir, 'secrets', 'master-key'), systemRandomness),
      services: ['releases'],
      addresses: {},
      clock: systemClock,
      randomness: systemRandomness,
      failed: () => undefined,
    });
    expect(await askPeer(part(1), header, own.identity)).toMatchObject({ status: 200 });
    for (const wrong of [
      '',
      'e30',
      Buffer.from(JSON.stringify({ ...principal, kind: 'agent' })).toString('base64url'),
    ]) {
      expect(await askPeer(part(1), wrong, own.identity)).toMatchObject({ status: 401, code: 'AUTH_INVALID' });
    }
    own.close();
    rmSync(folder, { recursive: true });
  });

  test('from outside nobody says who they are by the header of processes', async () => {
    const { body } = await people.admin.client(AUTHORITY_ROUTES).whoami({});
    const forged = { kind: 'user', id: body.id, name: 'admin', tenantId: body.tenant.id, scopes: body.scopes };
    const headers = { [PRINCIPAL_HEADER]: Buffer.from(JSON.stringify(forged)).toString('base64url') };
    expect((await fetch(`${part(0).url}/api/v1/images`, { headers })).status).toBe(401);
    expect((await fetch(`${part(0).apiUrl}/api/v1/images`, { headers })).status).toBe(401);
  });

  test('its certificate names what the process runs', async () => {
    const certificate = await certificateOf(part(1));
    expect(certificate.subjectAltName?.split(', ')).toEqual(
      ['scanner', 'concelier', 'excititor', 'policy'].map((service) => `URI:urn:stella:service:${service}`),
    );
  });

  test('the embedded database, a front that does not know the others, and an unknown role are refused', async () => {
    const roles = ['authority', 'signer'];
    await expect(startTestServer({ roles })).rejects.toThrow(code('ROLES_NEED_DATABASE'));
    const databaseUrl = testPostgres().createDatabase();
    await expect(startTestServer({ roles, databaseUrl })).rejects.toThrow(code('PEERS_MISSING'));
    await expect(startTestServer({ roles: ['authority', 'cook'], databaseUrl })).rejects.toThrow(code('ROLE_UNKNOWN'));
  });
});

describeNeeding(['postgres'], 'a part of the product that is gone', () => {
  test('is said by name; the rest goes on, and so does all of it when it is back', async () => {
    const databaseUrl = testPostgres().createDatabase();
    const parts = await startParts(databaseUrl);
    const [front, second, third] = parts as readonly [TestServer, TestServer, TestServer];
    const { rosa } = await makeTenant(front, 'shop');
    const images = () => rosa.client(SCANNER_ROUTES).listImages({ query: {} });
    await images();
    await second.stop();
    await expect(images()).rejects.toThrow(
      expect.objectContaining({
        code: 'SERVER_UNREACHABLE',
        hint: expect.stringContaining('peers.scanner is its address') as unknown,
      }),
    );
    expect((await rosa.client(RELEASES_ROUTES).listReleases({ query: {} })).status).toBe(200);
    const again = await startTestServer({
      databaseUrl,
      dataDir: front.dataDir,
      roles: ['scanner', 'concelier', 'excititor', 'policy'],
      settings: { 'http.peerPort': new URL(second.peerUrl ?? '').port },
    });
    expect((await images()).status).toBe(200);
    await Promise.all([front, third, again].map((server) => server.stop()));
  }, 300_000);
});

interface Answer {
  readonly status: number | undefined;
  readonly code: unknown;
}

function askPeer(
  server: TestServer,
  principal: string,
  identity: { readonly key: string; readonly cert: string } | undefined,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const url = new URL('/api/v1/images', server.peerUrl);
  const headers = { [PRINCIPAL_HEADER]: principal };
  // What the server shows is not the question here.
  const call = request(url, { headers, rejectUnauthorized: false, ...identity }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      const answer = JSON.parse(Buffer.concat(chunks).toString()) as { code?: unknown };
      resolve({ status: response.statusCode, code: answer.code });
    });
  });
  call.on('error', reject);
  call.end();
  return promise;
}

function certificateOf(server: TestServer): Promise<X509Certificate> {
  const { promise, resolve, reject } = Promise.withResolvers<X509Certificate>();
  const { hostname, port } = new URL(server.peerUrl ?? '');
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
    const shown = socket.getPeerX509Certificate();
    socket.destroy();
    if (shown === undefined) reject(new Error('no certificate was shown'));
    else resolve(new X509Certificate(shown.raw));
  });
  socket.on('error', reject);
  return promise;
}
