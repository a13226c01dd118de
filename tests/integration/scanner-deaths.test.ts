import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Principal } from '@stella-ops/contracts';
import type { Scan } from '@stella-ops/contracts/scanner';
import type { LocalEndpoint, RequestContext } from '@stella-ops/platform/http';
import { systemClock, systemIds, systemRandomness } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { service as scanner } from '@stella-ops/service-scanner';
import { dockerArchiveOf } from '@stella-ops/testkit';
import { ALL_SCOPES, describeEachEngine } from '@stella-ops/testkit/server';
import { layerOf, push } from './scanner-images.ts';
import { configOf, scannerKit, stream, TAR } from './scanner-kit.ts';

describeEachEngine('a scan whose process dies', (engine) => {
  const kit = scannerKit(engine);
  const { someone, eventsOf, countOf, uploadsOf } = kit;

  const caller = (tenantId: string): Principal => ({
    kind: 'user',
    id: systemIds.uuid(),
    name: 'ada',
    tenantId,
    scopes: new Set(ALL_SCOPES),
  });
  const contextOf = (tenantId: string): RequestContext => ({
    caller: caller(tenantId),
    routeId: 'test',
    requestId: 'test',
    traceId: 'test',
    signal: AbortSignal.timeout(60_000),
    ifMatch: undefined,
    lastEventId: undefined,
    idempotency: undefined,
    header: () => undefined,
    stored: () => {
      throw new Error('no idempotency here');
    },
  });

  /** The service once more, with its jobs run by hand and a process that dies at one of its transactions. */
  async function byHand(death?: { readonly at: number; readonly when: 'before' | 'after' }) {
    let transactions = 0;
    let isArmed = false;
    const host: ServiceHost = {
      ...kit.rig.host,
      jobs: { enqueue: () => Promise.resolve({ jobId: '', isNew: true }) },
      database: {
        ...kit.database,
        withTenant: async (tenantId, run, options) => {
          const isLast = isArmed && ++transactions === death?.at;
          if (isLast && death.when === 'before') throw new Error('killed');
          const result = await kit.database.withTenant(tenantId, run, options);
          if (isLast) throw new Error('killed');
          return result;
        },
      },
    };
    const config = scanner.config.schema.parse(configOf(kit.registry));
    const running = await scanner.start({
      config,
      host,
      clock: systemClock,
      ids: systemIds,
      randomness: systemRandomness,
      logger: quiet,
    });
    const handlerOf = (id: string): LocalEndpoint['handler'] =>
      (running.endpoints.find(({ route }) => route.id === id) as LocalEndpoint).handler;
    return {
      arm: () => (isArmed = true),
      handlerOf,
      run: (scanId: string, tenantId: string, attempt: number): Promise<unknown> =>
        running.jobs?.[0]?.runStored(
          { scanId },
          { tenantId, jobId: 'x', attempt, signal: AbortSignal.timeout(60_000) },
        ) ?? Promise.reject(new Error('no job')),
    };
  }
  const log = (): void => undefined;
  const quiet = { debug: log, info: log, warn: log, error: log, child: () => quiet };

  const deaths = [1, 2, 3].flatMap((at) => (['before', 'after'] as const).map((when) => ({ at, when })));
  test.each(deaths)('$when its commit $at leaves one image, one event and no upload', async (death) => {
    const tenantId = systemIds.uuid();
    const dying = await byHand(death);
    const { body } = (await dying.handlerOf('scanner.archives.upload')(
      { query: { name: 'shop' }, body: stream(TAR, dockerArchiveOf(layerOf('mawk'))) },
      contextOf(tenantId),
    )) as { body: Scan };
    dying.arm();
    await expect(dying.run(body.id, tenantId, 1)).rejects.toThrow('killed');
    const next = await byHand();
    await next.run(body.id, tenantId, 2);
    const { client } = someone(tenantId);
    const { body: scan } = await client.getScan({ params: { scanId: body.id } });
    expect(scan.status).toBe('succeeded');
    expect(await countOf(tenantId, 'image')).toBe(1);
    expect((await eventsOf(tenantId)).map(({ type }) => type)).toEqual(['scanner.image.scanned']);
    expect(await uploadsOf(tenantId)).toBe(0);
  });

  test('in every attempt is said to have failed', async () => {
    const tenantId = systemIds.uuid();
    push(kit.registry, 'shop/poison', layerOf('vim'), { tag: '1' });
    const hand = await byHand({ at: 2, when: 'before' });
    const { body } = (await hand.handlerOf('scanner.scans.create')(
      { body: { source: `${kit.registry.host}/shop/poison:1` } },
      contextOf(tenantId),
    )) as { body: Scan };
    hand.arm();
    await expect(hand.run(body.id, tenantId, 1)).rejects.toThrow('killed');
    await (await byHand()).run(body.id, tenantId, 3);
    const { client } = someone(tenantId);
    const { body: scan } = await client.getScan({ params: { scanId: body.id } });
    expect(scan).toMatchObject({ status: 'failed', error: { code: 'SCAN_INTERRUPTED' } });
    expect((await eventsOf(tenantId)).map(({ type }) => type)).toEqual(['scanner.scan.failed']);
  });

  test('while another process has ended it changes nothing more', async () => {
    const tenantId = systemIds.uuid();
    const { manifest } = push(kit.registry, 'shop/twice', layerOf('nano'), { tag: '1' });
    const hand = await byHand();
    const { body } = (await hand.handlerOf('scanner.scans.create')(
      { body: { source: `${kit.registry.host}/shop/twice:1` } },
      contextOf(tenantId),
    )) as { body: Scan };
    await Promise.all([hand.run(body.id, tenantId, 1), hand.run(body.id, tenantId, 1)]);
    await hand.run(body.id, tenantId, 2);
    expect((await eventsOf(tenantId)).map(({ data }) => data['imageDigest'])).toEqual([manifest]);
    const { rows } = await kit.database.withTenant(tenantId, (tx) =>
      sql`select 1 from audit.entry where action = 'scanner.scan-image'`.execute(tx),
    );
    expect(rows).toHaveLength(1);
  });
});
