import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';
import { AGENT_ROUTES, DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { Person } from '@stella-ops/app-server/demo';
import { describeEachServer, makeTenant, startTestServer, type TestServer } from '@stella-ops/testkit/product';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { makeRequest } from './scripted-agent.ts';
import { shownBy, tlsClient } from './tls-client.ts';

const SEEN = { softwareVersion: '1.0.0', platform: 'linux/amd64' } as const;
const POLL = { body: { waitMs: 0, ...SEEN } } as const;

/** Agents dial in over real TLS: who has no certificate of this installation that counts is nobody. */
describeEachServer('the port of agents', (started) => {
  let server: TestServer;
  let admin: Person;
  let address: string;
  let authority: string;
  let tenants = 0;

  beforeAll(async () => {
    server = await started();
    admin = (await makeTenant(server, `agents-${tenants++}`)).admin;
    address = server.agentUrl ?? '';
    authority = (await shownBy(address)).at(-1)?.pem ?? '';
  }, 300_000);

  const code = (error: string): unknown => expect.objectContaining({ code: error });

  async function enrolled(name: string) {
    const { body } = await admin.client(DEPLOYMENTS_ROUTES).createEnrolment({ body: { name } });
    const { key, csr } = await makeRequest();
    const answer = await tlsClient(address, { authority }).enrol({ body: { token: body.token, csr, ...SEEN } });
    const { agentId, certificate } = answer.body;
    return { agentId, certificate, key, as: tlsClient(address, { authority, certificate, key }), enrolment: body };
  }

  /** As if an hour, or a year, had passed for a certificate. */
  const age = (agentId: string, change: string) =>
    server.database.withOwner(async (tx) => {
      await sql`set local role stella_owner`.execute(tx);
      await sql.raw('alter table releases.agent_certificate no force row level security').execute(tx);
      await sql`update releases.agent_certificate set ${sql.raw(change)} where agent_id = ${agentId}`.execute(tx);
      await sql.raw('alter table releases.agent_certificate force row level security').execute(tx);
    });

  test('the server shows the authority whose fingerprint people are told, and is believed by its names', async () => {
    const { enrolment } = await enrolled('fingerprint');
    const shown = await shownBy(address);
    expect(shown.at(-1)?.fingerprint).toBe(enrolment.authorityFingerprint);
    expect(enrolment.address).toBe(address);
    expect(shown).toHaveLength(2);
  });

  test('an enrolled agent is known by its certificate alone', async () => {
    const { as, agentId } = await enrolled('known');
    expect((await as.takeTask(POLL)).body).toEqual({ task: null, targets: [] });
    const { body } = await admin.client(DEPLOYMENTS_ROUTES).getAgent({ params: { agentId } });
    expect(body).toMatchObject({ name: 'known', status: 'online', softwareVersion: '1.0.0' });
  });

  test('without a certificate nothing is answered but enrolment and health', async () => {
    const nobody = tlsClient(address, { authority });
    await expect(nobody.takeTask(POLL)).rejects.toEqual(code('AUTH_REQUIRED'));
    const { csr } = await makeRequest();
    await expect(nobody.enrol({ body: { token: 'stella-enrol-none', csr, ...SEEN } })).rejects.toEqual(
      code('ENROLMENT_INVALID'),
    );
  });

  test('a certificate of another authority is refused, though its name and key are right', async () => {
    const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const made = await X509CertificateGenerator.createSelfSigned(
      {
        name: [{ CN: ['known'] }],
        keys,
        signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
        serialNumber: '01',
        notBefore: new Date(Date.now() - 1000),
        notAfter: new Date(Date.now() + 3_600_000),
      },
      webcrypto,
    );
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
    const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString('base64')}\n-----END PRIVATE KEY-----\n`;
    const foreign = tlsClient(address, { authority, certificate: made.toString('pem'), key });
    await expect(foreign.takeTask(POLL)).rejects.toEqual(code('AUTH_INVALID'));
  });

  test('a revoked agent is nobody at once', async () => {
    const { as, agentId } = await enrolled('revoked');
    await as.takeTask(POLL);
    await admin.client(DEPLOYMENTS_ROUTES).revokeAgent({ params: { agentId } });
    await expect(as.takeTask(POLL)).rejects.toEqual(code('AUTH_INVALID'));
  });

  test('an expired certificate is refused', async () => {
    const { as, agentId } = await enrolled('expired');
    await as.takeTask(POLL);
    await age(agentId, `not_after = now() - interval '1 second'`);
    await expect(as.takeTask(POLL)).rejects.toEqual(code('AUTH_INVALID'));
  });

  test('the old certificate counts until some minutes after the first use of the new one', async () => {
    const { as, agentId } = await enrolled('renewed');
    await as.takeTask(POLL);
    await age(agentId, `not_before = not_before - interval '20 days'`);
    const { key, csr } = await makeRequest();
    const { certificate } = (await as.renew({ body: { csr } })).body;
    await as.takeTask(POLL);
    const renewed = tlsClient(address, { authority, certificate, key });
    await renewed.takeTask(POLL);
    await as.takeTask(POLL);
    await age(agentId, `ends_at = ends_at - interval '6 minutes'`);
    await expect(as.takeTask(POLL)).rejects.toEqual(code('AUTH_INVALID'));
    await renewed.takeTask(POLL);
    const { body } = await admin.client(DEPLOYMENTS_ROUTES).getAgent({ params: { agentId } });
    expect(body.status).toBe('online');
  });

  test('what agents say is heard on their port only, and nothing else is said there', async () => {
    const path = AGENT_ROUTES.enrol.path;
    for (const url of [server.url, server.apiUrl]) {
      const answer = await fetch(`${url}${path}`, { method: 'POST', body: '{}' });
      expect(answer.status).toBe(404);
    }
    const { as, certificate, key } = await enrolled('curious');
    await as.takeTask(POLL);
    const { request } = await import('node:https');
    const ask = (target: string) =>
      new Promise<number>((resolve, reject) => {
        const call = request(new URL(target, address), { agent: false, ca: authority, cert: certificate, key });
        call.on('response', (answer) => resolve(answer.resume().statusCode ?? 0));
        call.on('error', reject);
        call.end();
      });
    expect(await ask('/health/liveness')).toBe(200);
    expect(await ask('/api/v1/board')).toBe(404);
    expect(await ask('/metrics')).toBe(404);
    expect(await ask('/oidc/jwks')).toBe(404);
  });
});

test('an agent that waits for a task does not hold up the end of its server', async () => {
  const server = await startTestServer();
  const { admin } = await makeTenant(server, 'waiting');
  const address = server.agentUrl ?? '';
  const authority = (await shownBy(address)).at(-1)?.pem ?? '';
  const { body } = await admin.client(DEPLOYMENTS_ROUTES).createEnrolment({ body: { name: 'waiting' } });
  const { key, csr } = await makeRequest();
  const { agentId, certificate } = (
    await tlsClient(address, { authority }).enrol({ body: { token: body.token, csr, ...SEEN } })
  ).body;
  const waiting = tlsClient(address, { authority, certificate, key }).takeTask({
    body: { waitMs: 25_000, ...SEEN, softwareVersion: '1.0.1' },
  });
  // The server has the request in hand when it knows what came with it.
  const seen = async () => (await admin.client(DEPLOYMENTS_ROUTES).getAgent({ params: { agentId } })).body;
  await expect.poll(async () => (await seen()).softwareVersion, { timeout: 60_000 }).toBe('1.0.1');
  const startMs = performance.now();
  await server.stop();
  expect(performance.now() - startMs).toBeLessThan(20_000);
  await expect(waiting).resolves.toMatchObject({ body: { task: null } });
}, 300_000);
