// `node tests/bench/log.ts [embedded|postgres]`: the way of a signature into the log, on a database on disk and with every
// commit flushed. Prints what it measured and ends with 1 when a goal is missed. Callers and services share this process; the
// CPU time an item is that of this process and says more than the clock on a machine that does other work.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { generateKey, hashedRekordBytes, statementBytes } from '@stella-ops/engine-envelope';
import { digestOf } from '@stella-ops/engine-kernel';
import { type Database, openDatabase } from '@stella-ops/platform/database';
import { systemClock, systemIds, systemRandomness } from '@stella-ops/platform/runtime';
import { service as attestor } from '@stella-ops/service-attestor';
import { openLog } from '@stella-ops/service-attestor/log';
import { service as signer } from '@stella-ops/service-signer';
import { testPostgres } from '@stella-ops/testkit';
import { openServiceRig } from '@stella-ops/testkit/server';

const wanted = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'stella-log-bench-'));
const secretsDir = join(folder, 'secrets');
let missed = 0;

for (const kind of ['embedded', 'postgres'] as const) {
  if (wanted !== undefined && wanted !== kind) continue;
  const database = await openDatabase(
    kind === 'embedded'
      ? { kind, dataDir: join(folder, 'database') }
      : { kind, url: testPostgres().createDatabase(), poolSize: 20 },
  );
  console.log(kind);
  await measureRoutes(kind, database);
  await measureAppends(kind, database);
  await database.close();
}
rmSync(folder, { recursive: true });
process.exit(missed === 0 ? 0 : 1);

/** Statement to bundle through both services: two audited requests and one entry each. */
async function measureRoutes(kind: string, database: Database): Promise<void> {
  const rig = await openServiceRig({
    services: [signer, attestor],
    database,
    config: { signer: { secretsDir }, attestor: { secretsDir } },
  });
  const tenants = Array.from({ length: 10 }, () => systemIds.uuid());
  const clients = tenants.map((tenantId) => rig.as(ATTESTOR_ROUTES, { tenantId }));
  let serial = 0;
  const attest = async (client: (typeof clients)[number] | undefined): Promise<void> => {
    const statement = statementBytes({
      subjects: [{ name: 'artefact', digest: digestOf(String(serial++)) }],
      predicateType: 'https://example.com/outcome/v1',
      predicate: { outcome: 'allow' },
    });
    await client?.attest({ body: { statement: statement.toString('base64') } });
  };
  await Promise.all(clients.map(attest));
  for (const [name, chosen] of [
    ['one tenant', clients.slice(0, 1)],
    ['ten tenants', clients],
  ] as const) {
    const paced = await arrivals(200, 3000, (at) => attest(chosen[at % chosen.length]));
    report(`${kind}: sign to bundle, 200 each second, ${name}`, paced);
    goal('p95 in ms', percentile(paced.times, 0.95), 50);
    const measured = await crowd(50, 1000, (at) => attest(chosen[at % chosen.length]));
    report(`${kind}: sign to bundle, 50 at once and again, ${name}`, measured);
    if (name === 'one tenant') goal('p95 in ms', percentile(measured.times, 0.95), 100);
  }
  await rig.close();
}

/** The log alone, as many callers append to it. */
async function measureAppends(kind: string, database: Database): Promise<void> {
  const { writer } = openLog({
    database,
    config: attestor.config.schema.parse({ secretsDir }),
    clock: systemClock,
    randomness: systemRandomness,
    failed: (error) => console.error(error),
  });
  const key = generateKey('p256');
  const tenantId = systemIds.uuid();
  const bodies = Array.from({ length: 10_000 }, (_, at) => {
    const message = createHash('sha256').update(`${kind} ${at}`).digest();
    return hashedRekordBytes(message, key.sign(message), key);
  });
  const measured = await crowd(500, bodies.length, async (at) => {
    await writer.append(tenantId, bodies[at] ?? Buffer.alloc(0));
  });
  report(`${kind}: append, 500 at once`, measured);
  if (kind === 'postgres') goal('ms an entry', 1000 / measured.perSecond, 1);
}

interface Measured {
  readonly times: readonly number[];
  readonly perSecond: number;
  /** Of this process, for one item. */
  readonly cpuMs: number;
}

/** A crowd of callers, each with its next request as soon as the one before is answered. */
async function crowd(size: number, count: number, work: (at: number) => Promise<void>): Promise<Measured> {
  const times: number[] = [];
  let next = 0;
  const started = performance.now();
  const cpu = process.cpuUsage();
  const caller = async (): Promise<void> => {
    for (let at = next++; at < count; at = next++) {
      const begun = performance.now();
      await work(at);
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: size }, caller));
  const { user, system } = process.cpuUsage(cpu);
  const perSecond = (count / (performance.now() - started)) * 1000;
  return { times, perSecond, cpuMs: (user + system) / 1000 / count };
}

/** Requests that come at a steady pace, whether those before are answered or not; what waits counts from its due time. */
async function arrivals(perSecond: number, count: number, work: (at: number) => Promise<void>): Promise<Measured> {
  const times: number[] = [];
  const started = performance.now();
  const cpu = process.cpuUsage();
  const running: Promise<void>[] = [];
  for (let at = 0; at < count; at++) {
    const due = started + (at / perSecond) * 1000;
    const wait = due - performance.now();
    if (wait > 0) await delay(wait);
    running.push(work(at).then(() => void times.push(performance.now() - due)));
  }
  await Promise.all(running);
  const { user, system } = process.cpuUsage(cpu);
  const served = (count / (performance.now() - started)) * 1000;
  return { times, perSecond: served, cpuMs: (user + system) / 1000 / count };
}

function percentile(times: readonly number[], share: number): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN;
}

function report(name: string, { times, perSecond, cpuMs }: Measured): void {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(times, share).toFixed(1));
  console.log(
    `  ${name}: p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, ${perSecond.toFixed(0)}/s, ${cpuMs.toFixed(2)} ms of CPU each`,
  );
}

function goal(name: string, value: number, most: number): void {
  if (value > most) missed++;
  console.log(`  ${value <= most ? 'met    ' : 'MISSED '} ${name}: ${value.toFixed(2)} (at most ${most})`);
}
