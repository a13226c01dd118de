import { fileURLToPath } from 'node:url';
import { type KyselyPlugin } from 'kysely';
import { expect, test } from 'vitest';
import { FINDINGS_EVENTS } from '@stella-ops/contracts/findings';
import { checkTenancy, type Database, dumpSchema } from '@stella-ops/platform/database';
import { readEvents } from '@stella-ops/platform/events';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { announce, findingsKit, found, IMAGE } from './findings-kit.ts';

describeEachEngine('the projection of findings', (engine) => {
  let counting: ReturnType<typeof countingStatements>;
  const kit = findingsKit(engine, (database) => {
    counting = countingStatements(database);
    return counting.database;
  });
  const { as, decision, progressOf, taken, decided, list, only, ledger } = kit;
  const jobsDone = (outcome: string) => async (): Promise<number> => {
    const line = (await kit.rig.host.renderMetrics()).split('\n').find((text) => text.includes(`outcome="${outcome}"`));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  /** All that were told, each at its place in the order. */
  const eventsOf = async (tenantId: string) => {
    await kit.rig.settled();
    const page = await readEvents(kit.database, tenantId, 0n, 1000);
    if (page.kind !== 'events') throw new Error('reset');
    return page.events.filter(({ type }) => type === FINDINGS_EVENTS.imageProjected.type).map(({ data }) => data);
  };

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    const file = fileURLToPath(new URL('../../services/findings/schema.sql', import.meta.url));
    await expect(await dumpSchema(kit.database, 'findings')).toMatchFileSnapshot(file);
    expect(await checkTenancy(kit.database, 'findings')).toEqual([]);
  });

  test('a decision that comes late does not overwrite a newer one; of one moment the greater id counts', async () => {
    const tenant = systemIds.uuid();
    const old = await decision(tenant, 1, [found('CVE-2026-0003')]);
    const newer = await decided(tenant, 2, [found('CVE-2026-0004')]);
    const stale = jobsDone('stale');
    const before = await stale();
    await announce(kit.database, tenant, old);
    await kit.rig.settled();
    expect(await stale()).toBeGreaterThan(before);
    expect((await list(tenant)).map(({ vulnerability }) => vulnerability)).toEqual(['CVE-2026-0004']);
    expect(await progressOf(tenant, IMAGE)).toBe(newer.id);

    const twins = [
      await decision(tenant, 5, [found('CVE-2026-0005')]),
      await decision(tenant, 5, [found('CVE-2026-0006')]),
    ].sort((a, b) => (a.id < b.id ? 1 : -1));
    const [greater, lesser] = twins;
    if (greater === undefined || lesser === undefined) throw new Error('two were made');
    await announce(kit.database, tenant, greater);
    await taken(tenant, greater);
    const beforeLesser = await stale();
    await announce(kit.database, tenant, lesser);
    await kit.rig.settled();
    expect(await stale()).toBeGreaterThan(beforeLesser);
    expect(await progressOf(tenant, IMAGE)).toBe(greater.id);
  });

  test('the job, run again with the same decision, changes nothing', async () => {
    const tenant = systemIds.uuid();
    const made = await decided(tenant, 1, [found('CVE-2026-0007'), found('CVE-2026-0008')]);
    const before = [await list(tenant), await ledger(tenant), await eventsOf(tenant)];
    const stale = jobsDone('stale');
    const staleBefore = await stale();
    // The queue forgets what is done: the next announcement is a new job.
    await kit.database.runStatement('owner', 'delete from jobs.job where name = $1', ['findings.project']);
    await announce(kit.database, tenant, made);
    await kit.rig.settled();
    expect(await stale()).toBeGreaterThan(staleBefore);
    expect([await list(tenant), await ledger(tenant), await eventsOf(tenant)]).toEqual(before);
  });

  test('an equal decision of a later time writes no row, no entry and no event', async () => {
    const tenant = systemIds.uuid();
    await decided(tenant, 1, [found('CVE-2026-0009')]);
    const before = [await only(tenant), await ledger(tenant), await eventsOf(tenant)];
    const second = await decided(tenant, 2, [found('CVE-2026-0009')]);
    const after = await only(tenant);
    expect([after, await ledger(tenant), await eventsOf(tenant)]).toEqual(before);
    const detail = await as(tenant).getFinding({ params: { findingId: after.id } });
    expect(detail.body.decisionId).toBe(second.id);
  });

  test('an event counts what appeared, changed and went', async () => {
    const tenant = systemIds.uuid();
    await decided(tenant, 1, [found('CVE-2026-0010'), found('CVE-2026-0011'), found('CVE-2026-0012')]);
    const made = await decided(tenant, 2, [
      found('CVE-2026-0010', { fixedVersions: [] }),
      found('CVE-2026-0011'),
      found('CVE-2026-0013'),
    ]);
    const [, last, ...more] = await eventsOf(tenant);
    expect(more).toEqual([]);
    expect(last).toEqual({ imageDigest: IMAGE, decisionId: made.id, discovered: 1, changed: 1, resolved: 1 });
  });

  test('decisions for a promotion or on request do not speak of the image', async () => {
    const tenant = systemIds.uuid();
    await announce(kit.database, tenant, await decision(tenant, 2, [found('CVE-2026-0014')]), 'promotion');
    await announce(kit.database, tenant, await decision(tenant, 3, [found('CVE-2026-0014')]), 'request');
    const last = await decided(tenant, 1, []);
    await kit.rig.settled();
    expect(await list(tenant)).toEqual([]);
    expect(await progressOf(tenant, IMAGE)).toBe(last.id);
  });

  test('names from strangers that no database text or index can hold do not stop a projection', async () => {
    const tenant = systemIds.uuid();
    const long = 'x'.repeat(40_000);
    await decided(tenant, 1, [
      found('CVE-2026-0701', { component: `pkg:npm/a\0b`, package: `a\0b`, aliases: [long] }),
      found('CVE-2026-0702', { component: `pkg:npm/${'界'.repeat(20_000)}`, package: '界'.repeat(20_000) }),
      found(`CVE-${long}`),
      found(`CVE-${long}y`),
      found('CVE-2026-0703'),
      found('CVE-2026-0703'),
    ]);
    const ids = new Set((await list(tenant, { limit: 3 })).map(({ id }) => id));
    const page = await as(tenant).listFindings({ query: { limit: 3 } });
    const rest = await as(tenant).listFindings({ query: { limit: 3, cursor: page.body.next ?? '' } });
    for (const { id } of rest.body.items) ids.add(id);
    expect(ids.size).toBe(5);
    expect((await list(tenant, { vulnerability: 'CVE-2026-0701' }))[0]?.component).toBe('pkg:npm/a\uFFFDb');
    expect(await ledger(tenant)).toMatchObject({ isIntact: true, entries: 5 });
  });

  test('2,000 findings are one transaction of at most 20 statements', async () => {
    const tenant = systemIds.uuid();
    const many = Array.from({ length: 2000 }, (_, n) =>
      found(`CVE-2026-${n}`, { aliases: [`GHSA-${n}`, `OSV-${n}`], component: `pkg:npm/p${n % 100}@1` }),
    );
    const made = await decision(tenant, 1, many);
    counting.most = 0;
    await announce(kit.database, tenant, made);
    await taken(tenant, made);
    expect((await as(tenant).summarize({ query: {} })).body.byStatus['open']).toBe(2000);
    expect(counting.most).toBeLessThanOrEqual(20);
    expect(counting.most).toBeGreaterThan(5);
  });
});

/** A database that knows how many statements the longest of its transactions had. */
function countingStatements(database: Database): { readonly database: Database; most: number } {
  const counting = {
    most: 0,
    database: {
      ...database,
      withTenant: ((tenantId, run, options) =>
        database.withTenant(
          tenantId,
          (tx) => {
            let statements = 0;
            const counter: KyselyPlugin = {
              transformQuery: ({ node }) => {
                counting.most = Math.max(counting.most, ++statements);
                return node;
              },
              transformResult: ({ result }) => Promise.resolve(result),
            };
            return run(tx.withPlugin(counter) as never);
          },
          options,
        )) as Database['withTenant'],
    },
  };
  return counting;
}
