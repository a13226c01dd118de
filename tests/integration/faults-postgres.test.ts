import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describeNeeding, testPostgres } from '@stella-ops/testkit';
import { fillShop } from '@stella-ops/app-server/demo';
import { makeTenant, type ServerProcess, startServerProcess } from '@stella-ops/testkit/product';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWriter } from './faults-client.ts';

describeNeeding(['own-postgres'], 'PostgreSQL restarted under load', () => {
  let dataDir: string;
  let server: ServerProcess;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'stella-restart-'));
    server = await startServerProcess({ dataDir, env: { STELLA_DATABASE__URL: testPostgres().createDatabase() } });
  });
  afterAll(async () => {
    const { exit } = (await server?.end()) ?? {};
    rmSync(dataDir, { recursive: true, force: true });
    expect(exit).toBe(0);
  });

  test('costs no acknowledged request, repeats none, and requests, jobs and events go on', async () => {
    const writer = await openWriter(server);
    const acknowledged: string[] = [];
    const met: string[] = [];
    let longestMs = 0;
    const over = new AbortController();
    const work = async (worker: number): Promise<void> => {
      for (let n = 0; !over.signal.aborted; n++) {
        const name = `part-${worker}-${n}`;
        const startedMs = performance.now();
        for (const { code, status } of await writer.insist(name)) met.push(`${status} ${code}`);
        acknowledged.push(name);
        longestMs = Math.max(longestMs, performance.now() - startedMs);
      }
    };
    const workers = Array.from({ length: 4 }, (_, worker) => work(worker));
    // A restart between two requests is felt by none of them.
    for (let restart = 0; restart < 3 || (met.length === 0 && restart < 20); restart++) {
      const before = acknowledged.length;
      await testPostgres().restart();
      // Only requests that were done after it tell that the server has found its database again.
      while (acknowledged.length < before + 20) await Promise.race([delay(20), ...workers]);
    }
    over.abort();
    await Promise.all(workers);

    expect(met.length).toBeGreaterThan(0);
    // A key whose request failed must be free again when the database is back: one that is forgotten is so after a minute.
    expect(longestMs).toBeLessThan(55_000);
    expect(met.filter((one) => !/^503 DATABASE_UNAVAILABLE$|^409 IDEMPOTENCY_IN_PROGRESS$/.test(one))).toEqual([]);
    expect((await writer.stored()).sort()).toEqual(acknowledged.toSorted());
    expect((await fetch(`${server.url}/health/readiness`)).status).toBe(200);
    // Scans, decisions, evidence and promotions: every consumer and job of the product has to run for it.
    expect(await fillShop(await makeTenant(server, 'after'))).toBe(6);
  }, 300_000);
});
