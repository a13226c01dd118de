import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Person, signIn } from '@stella-ops/app-server/demo';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { AppError } from '@stella-ops/engine-kernel';
import { parseCheckpoint, verifyConsistency } from '@stella-ops/engine-tlog';
import { freePort } from '@stella-ops/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Point } from './messages.ts';
import { ServerProcess } from './server-process.ts';

/** A few seconds each. `STELLA_KILLS=300 npx vitest run tests/e2e/kill-matrix` is the long run before a release. */
const KILLS = Number(process.env['STELLA_KILLS'] ?? (process.env['STELLA_TESTS_STRICT'] === '1' ? 40 : 24));
const PACK = readFileSync(join(import.meta.dirname, '..', '..', '..', 'policies', 'development.yaml'));
const RECORD = readFileSync(join(import.meta.dirname, '..', '..', '..', 'demo', 'advisories', 'PYSEC-2021-108.json'));

/** For one answer, on any machine: the server is started again meanwhile, and a claim of a dead request lasts a minute. */
const PATIENCE_MS = 300_000;

interface Acknowledged {
  readonly images: string[];
  readonly releases: string[];
  readonly promotions: string[];
  readonly approvals: string[];
  readonly exceptions: string[];
}

/**
 * The server is killed with SIGKILL just before and just after commits, at every place of the product that commits while a
 * release goes its way. After each restart the client repeats what it got no answer to. In the end nothing that was
 * acknowledged is missing, nothing was done twice, and every checkpoint of the log is part of the last one.
 */
let dataDir: string;
/** The same all the time, so that logins outlive the server. */
let port: number;
let server: ServerProcess;
let people: { readonly admin: Person; readonly rosa: Person; readonly sam: Person };
const done = { kills: 0 };
const acknowledged: Acknowledged = { images: [], releases: [], promotions: [], approvals: [], exceptions: [] };
const checkpoints: string[] = [];
let points: Point[] = [];
let armed: Point | undefined;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'stella-kills-'));
  port = await freePort();
  server = await ServerProcess.start(dataDir, port);
  await logIn();
  await prepare();
  // Once without a kill, to learn where the product commits.
  await story(0);
  const sites = Object.keys(await server.sites()).sort();
  points = sites.flatMap((site) => [{ site, phase: 'before' } as const, { site, phase: 'after' } as const]);
}, 300_000);

afterAll(async () => {
  await server?.kill();
  rmSync(dataDir, { recursive: true, force: true });
});

test(
  `after ${KILLS} kills nothing acknowledged is missing and nothing was done twice`,
  { timeout: 3_000_000 },
  async () => {
    let number = 1;
    const reached: Point[] = [];
    for (let at = 0; done.kills < KILLS; at++) {
      // Places that only a first start comes by are not reached again: those that were take their turn once more.
      const next = points[at] ?? reached[at % Math.max(reached.length, 1)];
      if (next === undefined) throw new Error('no place of the product was reached');
      const before = done.kills;
      armed = next;
      server.arm(next);
      await story(number++);
      if (done.kills > before) reached.push(next);
    }
    armed = undefined;
    server.arm(undefined);
    await story(number);
    expect(done.kills).toBeGreaterThanOrEqual(KILLS);
    await verifyAll();
  },
);

/** One release on its way: image, release, promotion, approval, evidence; and an exception every tenth time. */
async function story(number: number): Promise<void> {
  const version = `0.${number}.0`;
  const sbom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'container', name: 'app', version } },
    components: [
      { type: 'library', name: 'urllib3', version: '1.26.4', purl: 'pkg:pypi/urllib3@1.26.4', 'bom-ref': 'u' },
      { type: 'library', name: 'own', version, purl: `pkg:generic/own@${version}`, 'bom-ref': 'o' },
    ],
  };
  const image = await insist(() =>
    people.rosa.client(SCANNER_ROUTES).importSbom({
      query: { name: `registry.example/app:${version}` },
      body: bytes('application/vnd.cyclonedx+json', JSON.stringify(sbom)),
    }),
  );
  acknowledged.images.push(image.body.digest);
  const release = await insist(() =>
    people.rosa
      .client(RELEASES_ROUTES)
      .createRelease(
        { body: { name: 'app', version, components: [{ component: 'app', image: image.body.digest }] } },
        { idempotencyKey: `release-${number}` },
      ),
  );
  acknowledged.releases.push(release.body.id);
  const promotion = await insist(() =>
    people.rosa
      .client(RELEASES_ROUTES)
      .requestPromotion(
        { body: { releaseId: release.body.id, environment: 'dev', reason: 'kill matrix' } },
        { idempotencyKey: `promotion-${number}` },
      ),
  );
  acknowledged.promotions.push(promotion.body.id);
  const params = { promotionId: promotion.body.id };
  const approve = () =>
    people.sam
      .client(RELEASES_ROUTES)
      .approvePromotion({ params, body: { reason: `approval ${number}` } }, { idempotencyKey: `approval-${number}` })
      .then(() => true, isInBetween);
  do {
    await reach(`promotion ${number} waits for approval`, async () => {
      const { body } = await people.rosa.client(RELEASES_ROUTES).getPromotion({ params });
      return body.state === 'pending_approval';
    });
  } while (!(await insist(approve)));
  acknowledged.approvals.push(promotion.body.id);
  await reach(`promotion ${number} is approved and its evidence sealed`, async () => {
    const { body } = await people.sam.client(EVIDENCE_ROUTES).listPackets({
      query: { kind: 'promotion', subjectId: promotion.body.id, limit: 5 },
    });
    return body.items.length > 0;
  });
  if (number % 10 === 0) {
    const exception = await insist(() =>
      people.rosa.client(POLICY_ROUTES).requestException(
        {
          body: {
            vulnerability: 'CVE-2021-33503',
            imageDigest: image.body.digest,
            reason: `exception ${number}`,
            expiresAt: '2027-06-01T00:00:00.000Z',
          },
        },
        { idempotencyKey: `exception-${number}` },
      ),
    );
    acknowledged.exceptions.push(exception.body.id);
  }
  const checkpoint = await insist(() => people.sam.client(ATTESTOR_ROUTES).getCheckpoint({}));
  checkpoints.push(await textOf(checkpoint.body.content));
}

/** News that a dead server had not heard of may have the gates looked at again just then. @throws for any other reason */
function isInBetween(error: unknown): false {
  if (error instanceof AppError && error.code === 'PROMOTION_STATE' && error.message.includes('pending_gate'))
    return false;
  throw error;
}

async function verifyAll(): Promise<void> {
  const query = { limit: 200 };
  const scanner = people.rosa.client(SCANNER_ROUTES);
  const releases = people.rosa.client(RELEASES_ROUTES);

  for (const imageDigest of acknowledged.images) await scanner.getImage({ params: { imageDigest } });
  const allReleases = await all((cursor) => releases.listReleases({ query: { ...query, name: 'app', ...cursor } }));
  expect(allReleases.map(({ id }) => id).sort()).toEqual([...acknowledged.releases].sort());
  expect(new Set(allReleases.map(({ version }) => version)).size).toBe(allReleases.length);

  const promotions = await all((cursor) => releases.listPromotions({ query: { ...query, ...cursor } }));
  expect(promotions.map(({ id }) => id).sort()).toEqual([...acknowledged.promotions].sort());
  for (const { state, approvals } of promotions) {
    expect(state).toBe('approved');
    expect(approvals).toHaveLength(1);
  }

  // One packet for each subject, and a capsule behind every decision that a promotion rests on.
  const packets = await all((cursor) =>
    people.sam.client(EVIDENCE_ROUTES).listPackets({ query: { ...query, ...cursor } }),
  );
  const subjects = packets.map(({ kind, subjectId }) => `${kind} ${subjectId}`);
  expect(new Set(subjects).size).toBe(subjects.length);
  expect(packets.filter(({ kind }) => kind === 'promotion')).toHaveLength(promotions.length);

  const exceptions = await all((cursor) =>
    people.sam.client(POLICY_ROUTES).listExceptions({ query: { ...query, ...cursor } }),
  );
  expect(exceptions.map(({ id }) => id).sort()).toEqual([...acknowledged.exceptions].sort());

  // The trail has each change once: a repeated request that was done twice would stand there twice.
  const { body: trail } = await people.admin.client(AUTHORITY_ROUTES).verifyAudit({});
  expect(trail).toMatchObject({ isIntact: true });
  const entries = await all((cursor) =>
    people.admin.client(AUTHORITY_ROUTES).listAudit({ query: { ...query, ...cursor } }),
  );
  const times = (action: string): number =>
    entries.filter((entry) => entry.action === action && entry.outcome === 'done').length;
  expect(times('releases.releases.create')).toBe(acknowledged.releases.length);
  expect(times('releases.promotions.create')).toBe(acknowledged.promotions.length);
  expect(times('releases.promotions.approve')).toBe(acknowledged.approvals.length);
  expect(times('policy.exceptions.create')).toBe(acknowledged.exceptions.length);

  const { body: ledger } = await people.sam.client(FINDINGS_ROUTES).verifyLedger({});
  expect(ledger).toMatchObject({ isIntact: true });
  await verifyLog();
}

/** Every checkpoint that was seen is a beginning of the last one. */
async function verifyLog(): Promise<void> {
  const log = people.sam.client(ATTESTOR_ROUTES);
  const seen = checkpoints.map((text) => {
    // The note's text ends before its signatures.
    const parsed = parseCheckpoint(text.slice(0, text.indexOf('\n\n') + 1));
    if (!parsed.ok) throw new Error('a checkpoint cannot be read');
    return parsed.checkpoint;
  });
  const last = seen.at(-1);
  if (last === undefined) throw new Error('no checkpoint was seen');
  for (const one of seen) {
    if (one.size === 0n) continue;
    const { body } = await log.getConsistency({ query: { from: Number(one.size), to: Number(last.size) } });
    const verdict = verifyConsistency({
      oldSize: one.size,
      size: last.size,
      oldRoot: one.root,
      root: last.root,
      proof: body.hashes.map((hash) => Buffer.from(hash, 'base64')),
    });
    expect(verdict).toMatchObject({ ok: true });
  }
}

async function prepare(): Promise<void> {
  const sam = people.sam;
  await sam.client(CONCELIER_ROUTES).importAdvisories({ query: {}, body: bytes('application/json', RECORD) });
  await sam.client(CONCELIER_ROUTES).createSnapshot({ body: {} });
  await sam.client(POLICY_ROUTES).publishPack({ body: bytes('application/yaml', PACK) });
  const releases = people.admin.client(RELEASES_ROUTES);
  await releases.createComponent({ body: { name: 'app', repository: 'registry.example/app' } });
  await releases.createEnvironment({ body: { name: 'dev', order: 1, requiredApprovals: 1 } });
}

async function logIn(): Promise<void> {
  const one = (name: string) =>
    signIn(server.url, 'demo', name, readFileSync(join(dataDir, 'secrets', `${name}-password`), 'utf8').trim());
  people = { admin: await one('admin'), rosa: await one('rosa'), sam: await one('sam') };
}

/** Asks until there is an answer. What fails because the server died is asked again, with the same key. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (const endsAtMs = performance.now() + PATIENCE_MS; ;) {
    try {
      return await call();
    } catch (error) {
      const isOurs = error instanceof AppError && !RETRIED.has(error.code);
      if (isOurs || performance.now() > endsAtMs) throw error;
      await revive();
      // A login commits too, so the server may die of it: then the next round finds it dead.
      if (error instanceof AppError && error.code === 'AUTH_INVALID') await logIn().catch(() => undefined);
      await delay(20);
    }
  }
}

/** A dead server, a token whose five minutes are over, a first request that died while it ran, or a broken answer. */
const RETRIED = new Set([
  'SERVER_UNREACHABLE',
  'RESPONSE_INVALID',
  'AUTH_INVALID',
  'IDEMPOTENCY_IN_PROGRESS',
  'DEMO_SIGN_IN',
]);

async function reach(what: string, isReached: () => Promise<boolean>): Promise<void> {
  const endsAtMs = performance.now() + PATIENCE_MS;
  while (!(await insist(isReached))) {
    if (performance.now() > endsAtMs) throw new Error(`did not come about: ${what}`);
    await revive();
    await delay(25);
  }
}

/** Starts the server again when it died where it was told to, and arms the next place. */
async function revive(): Promise<void> {
  // A call may fail a moment before the system tells that the process has gone.
  if (server.isAlive) await Promise.race([server.ended(), delay(50)]);
  if (server.isAlive) return;
  if (armed === undefined) throw new Error('the server died where nobody told it to');
  done.kills++;
  if (done.kills % 25 === 0) console.log(`${done.kills} of ${KILLS} kills`);
  armed = undefined;
  server = await ServerProcess.start(dataDir, port);
}

async function all<T>(
  read: (cursor: { cursor?: string }) => Promise<{ body: { items: readonly T[]; next: string | null } }>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const { body } = await insist(() => read(cursor === undefined ? {} : { cursor }));
    items.push(...body.items);
    cursor = body.next ?? undefined;
  } while (cursor !== undefined);
  return items;
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function bytes(contentType: string, content: string | Uint8Array) {
  const chunk = Buffer.from(content);
  return {
    contentType,
    content: (async function* () {
      yield await Promise.resolve(chunk);
    })(),
  };
}
