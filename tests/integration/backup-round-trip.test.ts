import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Installation, installationOf, restoreBackup, writeBackup } from '@stella-ops/app-server/backup';
import { fillShop } from '@stella-ops/app-server/demo';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { parseCheckpoint, verifyConsistency } from '@stella-ops/engine-tlog';
import { openDatabase } from '@stella-ops/platform/database';
import { describeNeeding, temporaryFolder, testPostgres } from '@stella-ops/testkit';
import { makeTenant, startTestServer, TEST_PASSWORD, type TestServer } from '@stella-ops/testkit/product';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const NOW = '2026-03-01T12:00:00.000Z';
/** Two servers and a shop, on a machine that does other things too. */
const LONG = { timeout: 300_000 };

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('round-trip');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Place {
  readonly installation: Installation;
  start(): Promise<TestServer>;
}

/** @param toolUrl login of pg_dump */
function place(name: string, databaseUrl?: string, toolUrl = databaseUrl): Place {
  const dataDir = join(folder, name);
  const env = databaseUrl === undefined ? {} : { STELLA_DATABASE__URL: databaseUrl };
  return {
    installation: { ...installationOf(env, { 'server.dataDir': dataDir }), toolUrl },
    start: () => startTestServer({ dataDir, ...(databaseUrl === undefined ? {} : { databaseUrl }) }),
  };
}

/** What rosa sees; every part of it must come back. */
async function seen(server: TestServer) {
  const rosa = await server.signIn('shop', 'rosa', TEST_PASSWORD);
  const releases = rosa.client(RELEASES_ROUTES);
  const evidence = rosa.client(EVIDENCE_ROUTES);
  const packets = (await evidence.listPackets({ query: {} })).body.items;
  return {
    releases: (await releases.listReleases({ query: {} })).body.items.map(({ id, version }) => `${id} ${version}`),
    promotions: (await releases.listPromotions({ query: { state: 'approved' } })).body.items.map(({ id }) => id),
    packets: packets.map(({ id }) => id),
  };
}

async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function checkpoint(server: TestServer) {
  const rosa = await server.signIn('shop', 'rosa', TEST_PASSWORD);
  const { body } = await rosa.client(ATTESTOR_ROUTES).getCheckpoint({});
  const text = (await bytesOf(body.content)).toString('utf8');
  const parsed = parseCheckpoint(text.slice(0, text.indexOf('\n\n') + 1));
  if (!parsed.ok) throw new Error('a checkpoint cannot be read');
  return parsed.checkpoint;
}

/** Everything that was there before the backup is there in the restored server, and its chains hold. */
async function expectRestored(
  server: TestServer,
  before: Awaited<ReturnType<typeof seen>>,
  signed: Awaited<ReturnType<typeof checkpoint>>,
): Promise<void> {
  const now = await seen(server);
  for (const part of ['releases', 'promotions', 'packets'] as const) {
    expect(before[part].length, part).toBeGreaterThan(0);
    expect(now[part], part).toEqual(expect.arrayContaining(before[part]));
  }
  const admin = await server.signIn('shop', 'admin', TEST_PASSWORD);
  expect((await admin.client(AUTHORITY_ROUTES).verifyAudit({})).body).toMatchObject({ isIntact: true, fault: null });

  const sam = await server.signIn('shop', 'sam', TEST_PASSWORD);
  for (const packetId of before.packets) {
    const { body } = await sam.client(EVIDENCE_ROUTES).getBundle({ params: { packetId } });
    expect((await bytesOf(body.content)).length, packetId).toBeGreaterThan(0);
  }
  const present = await checkpoint(server);
  const log = sam.client(ATTESTOR_ROUTES);
  const { body } = await log.getConsistency({ query: { from: Number(signed.size), to: Number(present.size) } });
  const verdict = verifyConsistency({
    oldSize: signed.size,
    size: present.size,
    oldRoot: signed.root,
    root: present.root,
    proof: body.hashes.map((hash) => Buffer.from(hash, 'base64')),
  });
  expect(verdict).toMatchObject({ ok: true });
}

describe('a restored installation', () => {
  test('has its releases, its people, its evidence, and chains that go on (embedded)', LONG, async () => {
    const first = place('first');
    const server = await first.start();
    await fillShop(await makeTenant(server, 'shop'));
    const before = await seen(server);
    const signed = await checkpoint(server);
    await server.stop();
    const output = join(folder, 'b.tar.zst');
    const { record } = await writeBackup({ ...first, output, withSecrets: true, now: NOW });
    expect(record.log?.size).toBeGreaterThanOrEqual(Number(signed.size));

    const second = place('second');
    await restoreBackup({ ...second, archive: output });
    const restored = await second.start();
    try {
      await expectRestored(restored, before, signed);
    } finally {
      await restored.stop();
    }
  });
});

describeNeeding(['postgres'], 'a restored installation', () => {
  /** A login that may take some of the product's roles and nothing else. */
  function login(url: string, name: string, roles: string, attribute: 'bypassrls' | 'nobypassrls'): string {
    const user = `stella_${name}_${process.pid}`;
    const database = new URL(url).pathname.slice(1);
    const statements = [
      'set client_min_messages to warning',
      `do $$ begin create role ${user} login nosuperuser ${attribute}; exception when duplicate_object then null; end $$`,
      `grant ${roles} to ${user}`,
      `grant create on database ${database} to stella_owner`,
    ];
    execFileSync('psql', ['-q', '-d', url, ...statements.flatMap((statement) => ['-c', statement])]);
    const own = new URL(url);
    own.username = user;
    return own.href;
  }
  /** As docs/operations/running-a-server.md has the login of a server: row-level security binds it. */
  const limited = (url: string): string => login(url, 'login', 'stella_owner, stella_app, stella_relay', 'nobypassrls');
  /** As docs/operations/backup.md has the one of pg_dump. */
  const dumping = (url: string): string => login(url, 'backup', 'stella_owner', 'bypassrls');

  test(
    'has the same on PostgreSQL, backed up while it runs, by logins that may do no more than they must',
    LONG,
    async () => {
      const urls = [testPostgres().createDatabase(), testPostgres().createDatabase()] as const;
      // The roles belong to the whole server: whoever comes first makes them.
      await (await openDatabase({ kind: 'postgres', url: urls[0] })).close();
      const [admin, other] = urls;
      const first = place('first', limited(admin), dumping(admin));
      const server = await first.start();
      const output = join(folder, 'b.tar.zst');
      let before: Awaited<ReturnType<typeof seen>>;
      let signed: Awaited<ReturnType<typeof checkpoint>>;
      try {
        await fillShop(await makeTenant(server, 'shop'));
        before = await seen(server);
        signed = await checkpoint(server);
        const bound = { ...first.installation, toolUrl: first.installation.databaseUrl };
        const denied = writeBackup({ installation: bound, output, withSecrets: true, now: NOW });
        await expect(denied).rejects.toMatchObject({
          code: 'DATABASE_TOOL_FAILED',
          message: expect.stringContaining('row-level security') as unknown,
          hint: expect.stringContaining('--database-url-file') as unknown,
        });
        const elsewhere = { ...first.installation, dataDir: join(folder, 'not there') };
        const lost = writeBackup({ installation: elsewhere, output, withSecrets: true, now: NOW });
        await expect(lost).rejects.toMatchObject({ code: 'DATA_MISSING' });
        await writeBackup({ ...first, output, withSecrets: true, now: NOW });
        const onto = place('taken', limited(admin));
        await expect(restoreBackup({ ...onto, archive: output })).rejects.toMatchObject({ code: 'DATABASE_NOT_EMPTY' });
      } finally {
        await server.stop();
      }

      const second = place('second', limited(other));
      await restoreBackup({ ...second, archive: output });
      const restored = await second.start();
      try {
        await expectRestored(restored, before, signed);
      } finally {
        await restored.stop();
      }
    },
  );
});
