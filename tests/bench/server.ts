// The promises of the server that are times or bytes: `node tests/bench/server.ts [postgres://…]`. One process serves, this
// one asks over HTTP. Run it on a quiet machine; it ends with 1 when a goal is missed.
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { signIn } from '@stella-ops/app-server/demo';
import { NODE_FLAGS, processEnvironment } from '@stella-ops/app-server/process-settings';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import type { ServerFacts } from './server-process.ts';

interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: number;
}

const rows: Row[] = [];
const dataDir = mkdtempSync(join(tmpdir(), 'stella-bench-server-'));
const databaseUrl = process.argv[2];

const first = await start();
rows.push({ what: 'ready, first start', value: first.readyMs / 1000, unit: 's', goal: 10 });
await demo();
await first.stop();
const server = await start();
rows.push({ what: 'ready, later start', value: server.readyMs / 1000, unit: 's', goal: 3 });

const secrets = join(dataDir, 'secrets');
const sam = await signIn(server.url, 'demo', 'sam', readFileSync(join(secrets, 'sam-password'), 'utf8').trim());
const releases = sam.client(RELEASES_ROUTES);
const [promotion] = (await releases.listPromotions({ query: { limit: 1 } })).body.items;
const [image] = (await sam.client(SCANNER_ROUTES).listImages({ query: { limit: 1 } })).body.items;
const reads: Readonly<Record<string, () => Promise<unknown>>> = {
  whoami: () => sam.client(AUTHORITY_ROUTES).whoami({}),
  'promotions, list': () => releases.listPromotions({ query: {} }),
  'promotion with gates': () => releases.getPromotion({ params: { promotionId: promotion?.id ?? '' } }),
  'releases, list': () => releases.listReleases({ query: {} }),
  'environments, list': () => releases.listEnvironments({ query: {} }),
  'images, list': () => sam.client(SCANNER_ROUTES).listImages({ query: {} }),
  image: () => sam.client(SCANNER_ROUTES).getImage({ params: { imageDigest: image?.digest ?? '' } }),
  'findings, list': () => sam.client(FINDINGS_ROUTES).listFindings({ query: {} }),
  'decisions, list': () => sam.client(POLICY_ROUTES).listDecisions({ query: {} }),
  'evidence, list (audited)': () => sam.client(EVIDENCE_ROUTES).listPackets({ query: {} }),
};
for (const [name, read] of Object.entries(reads)) {
  for (let i = 0; i < 20; i++) await read();
  const times: number[] = [];
  for (let i = 0; i < 200; i++) {
    const begun = performance.now();
    await read();
    times.push(performance.now() - begun);
  }
  rows.push({ what: `read p95: ${name}`, value: percentile(times, 0.95), unit: 'ms', goal: 20 });
}

await delay(10_000);
const facts = await server.facts();
rows.push({ what: 'idle memory (resident)', value: facts.residentBytes / 1024 ** 2, unit: 'MB', goal: 400 });
rows.push({ what: 'job begins after commit, p95', value: facts.jobStartMs, unit: 'ms', goal: 50 });
await server.stop();
rmSync(dataDir, { recursive: true, force: true });

let isMissed = false;
for (const { what, value, unit, goal } of rows) {
  const isMet = value <= goal;
  isMissed ||= !isMet;
  console.log(
    `${isMet ? 'met   ' : 'MISSED'}  ${what.padEnd(36)} ${value.toFixed(1).padStart(8)} ${unit}  (goal ${goal})`,
  );
}
process.exit(isMissed ? 1 : 0);

interface Started {
  readonly url: string;
  readonly readyMs: number;
  facts(): Promise<ServerFacts>;
  stop(): Promise<void>;
}

async function start(): Promise<Started> {
  const begun = performance.now();
  const child = fork(join(import.meta.dirname, 'server-process.ts'), [dataDir], {
    env: processEnvironment({
      ...process.env,
      ...(databaseUrl === undefined ? {} : { STELLA_DATABASE__URL: databaseUrl }),
    }),
    execArgv: [...NODE_FLAGS],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const answer = <T>(): Promise<T> =>
    new Promise((resolve) => child.once('message', (message) => resolve(message as T)));
  const { url } = await answer<{ url: string }>();
  const readyMs = performance.now() - begun;
  return {
    url,
    readyMs,
    facts: () => {
      const facts = answer<ServerFacts>();
      child.send('facts');
      return facts;
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.send('stop');
      await ended;
    },
  };
}

/** Waits until the demo tenant is there: the server makes it after it is ready. */
async function demo(): Promise<void> {
  while (!isThere(join(dataDir, 'demo-is-complete'))) await delay(100);
}

function isThere(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

function percentile(times: readonly number[], part: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? 0;
}
