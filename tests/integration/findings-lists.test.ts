import { expect, test } from 'vitest';
import { SCANNER_EVENTS } from '@stella-ops/contracts/scanner';
import { digestOf } from '@stella-ops/engine-kernel';
import type { Database } from '@stella-ops/platform/database';
import { publishEvent } from '@stella-ops/platform/events';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { DAY, findingsKit, found, IMAGE, OTHER_IMAGE, vexOf } from './findings-kit.ts';

const scanned = (database: Database, tenantId: string, name: string): Promise<void> =>
  database.withTenant(tenantId, (tx) =>
    publishEvent(tx, SCANNER_EVENTS.imageScanned, {
      id: systemIds.uuid(),
      tenantId,
      occurredAt: DAY(1),
      data: { imageDigest: IMAGE, inventoryDigest: digestOf('inventory'), name, platform: null },
    }),
  );

describeEachEngine('what is asked of findings', (engine) => {
  const kit = findingsKit(engine);
  const { as, decided, list, only, ledger } = kit;

  test('a finding shows why it matches, what the policy said, and what VEX says', async () => {
    const tenant = systemIds.uuid();
    const vex = vexOf('under_investigation');
    const made = await decided(tenant, 1, [
      found('CVE-2026-0015', {
        aliases: ['GHSA-aaaa-bbbb-cccc'],
        vex,
        file: 'app/package.json',
        layer: digestOf('layer'),
      }),
    ]);
    const { id, status } = await only(tenant);
    expect(status).toBe('open');
    const { body } = await as(tenant).getFinding({ params: { findingId: id } });
    expect(body).toMatchObject({
      id,
      imageDigest: IMAGE,
      imageName: 'registry.test/shop/app:1',
      aliases: ['GHSA-aaaa-bbbb-cccc'],
      severity: 'high',
      score: 8.1,
      vexStatus: 'under_investigation',
      reachability: 'unknown',
      vex,
      records: ['GHSA-aaaa-bbbb-cccc'],
      file: 'app/package.json',
      layer: digestOf('layer'),
      decisionId: made.id,
    });
    expect(body.matchTrace).toEqual([expect.objectContaining({ sentence: '1.0.0 is before 1.0.1 (semver)' })]);
    expect(body.policyTrace).toEqual([
      expect.objectContaining({
        rule: 'block-high',
        action: 'deny',
        sentence: 'CVE-2026-0015 is high',
        fix: 'upgrade frobnicate to 1.0.1',
      }),
    ]);
  });

  test('the list comes worst first, page by page, each finding once', async () => {
    const tenant = systemIds.uuid();
    const severities = [
      { level: 'none', score: 0 },
      { level: 'critical', score: 9.1 },
      { level: 'critical', score: 9.8 },
      { level: 'critical' },
      { level: 'low', score: 2 },
      { level: 'unknown' },
      { level: 'medium', score: 5 },
      { level: 'high', score: 7.5 },
    ] as const;
    const all = severities.map((severity, n) => found(`CVE-2026-10${n}`, { severity }));
    await decided(tenant, 1, [...all, found('CVE-2026-109', { severity: { level: 'high', score: 7.5 } })]);
    await decided(tenant, 1, all, { image: OTHER_IMAGE });
    const seen: string[] = [];
    const ids = new Set<string>();
    let cursor: string | undefined;
    do {
      const query = { limit: 4, ...(cursor === undefined ? {} : { cursor }) };
      const { body } = await as(tenant).listFindings({ query });
      seen.push(...body.items.map(({ severity, score }) => `${severity} ${score}`));
      for (const { id } of body.items) ids.add(id);
      cursor = body.next ?? undefined;
    } while (cursor !== undefined);
    const twice = (text: string): string[] => [text, text];
    expect(seen).toEqual([
      ...twice('critical 9.8'),
      ...twice('critical 9.1'),
      ...twice('critical null'),
      ...twice('high 7.5'),
      'high 7.5',
      ...twice('medium 5'),
      ...twice('low 2'),
      ...twice('unknown null'),
      ...twice('none 0'),
    ]);
    expect(ids.size).toBe(17);
  });

  test('each filter leaves what it names, and aliases that were withdrawn are not found any more', async () => {
    const tenant = systemIds.uuid();
    await decided(tenant, 1, [
      found('CVE-2026-0201', { aliases: ['GHSA-1', 'GHSA-gone'] }),
      found('CVE-2026-0202', { package: 'openssl', fixedVersions: [], severity: { level: 'low', score: 2 } }),
      found('CVE-2026-0203', { state: 'not-evaluated' }),
    ]);
    await decided(tenant, 1, [found('CVE-2026-0201', { aliases: ['GHSA-1'] })], { image: OTHER_IMAGE });
    const names = async (query: Parameters<typeof list>[1]) =>
      (await list(tenant, query)).map(({ vulnerability }) => vulnerability.slice(-4)).sort();
    expect(await names({ vulnerability: 'GHSA-gone' })).toEqual(['0201']);
    await decided(tenant, 2, [
      found('CVE-2026-0201', { aliases: ['GHSA-1'] }),
      found('CVE-2026-0202', { package: 'openssl', fixedVersions: [], severity: { level: 'low', score: 2 } }),
      found('CVE-2026-0203', { state: 'not-evaluated' }),
    ]);
    expect(await names({ vulnerability: 'GHSA-gone' })).toEqual([]);
    expect(await names({ vulnerability: 'GHSA-1' })).toEqual(['0201', '0201']);
    expect(await names({ vulnerability: 'CVE-2026-0201', imageDigest: OTHER_IMAGE })).toEqual(['0201']);
    expect(await names({ imageDigest: OTHER_IMAGE })).toEqual(['0201']);
    expect(await names({ status: 'not_evaluated' })).toEqual(['0203']);
    expect(await names({ severity: 'low' })).toEqual(['0202']);
    expect(await names({ package: 'openssl' })).toEqual(['0202']);
    expect(await names({ hasFix: false })).toEqual(['0202']);
    expect(await names({ hasFix: true, severity: 'high', status: 'open', package: 'frobnicate' })).toEqual([
      '0201',
      '0201',
    ]);
  });

  test('the summary counts what the list shows', async () => {
    const tenant = systemIds.uuid();
    await decided(tenant, 1, [found('CVE-2026-0301'), found('CVE-2026-0302', { severity: { level: 'unknown' } })]);
    await decided(
      tenant,
      2,
      [
        found('CVE-2026-0302', { severity: { level: 'unknown' } }),
        found('CVE-2026-0303', { vex: vexOf('fixed') }),
        found('CVE-2026-0304', { state: 'not-evaluated' }),
        found('CVE-2026-0305'),
      ],
      { excepted: ['CVE-2026-0305'] },
    );
    await decided(tenant, 1, [found('CVE-2026-0301')], { image: OTHER_IMAGE });
    const { body } = await as(tenant).summarize({ query: {} });
    expect(body).toEqual({
      open: { critical: 0, high: 1, medium: 0, low: 0, none: 0, unknown: 1 },
      byStatus: { open: 2, not_affected: 1, excepted: 1, resolved: 1, not_evaluated: 1 },
      images: 2,
    });
    const byHand: Record<string, number> = { open: 0, not_affected: 0, excepted: 0, resolved: 0, not_evaluated: 0 };
    for (const { status } of await list(tenant)) byHand[status] = (byHand[status] ?? 0) + 1;
    expect(body.byStatus).toEqual(byHand);
    const one = await as(tenant).summarize({ query: { imageDigest: OTHER_IMAGE } });
    expect([one.body.open.high, one.body.images]).toEqual([1, 1]);
    const none = await as(tenant).summarize({ query: { imageDigest: digestOf('never judged') } });
    expect([none.body.byStatus['open'], none.body.images]).toEqual([0, 0]);
  });

  test('an image is called as its last scan named it', async () => {
    const tenant = systemIds.uuid();
    await decided(tenant, 1, [found('CVE-2026-0401')]);
    for (const name of ['registry.test/shop/app:2', 'registry.test/shop/app:3']) {
      await scanned(kit.database, tenant, name);
    }
    await kit.rig.eventually('the name is heard of', async () => (await only(tenant)).imageName.endsWith(':3'));
  });

  test('a tenant finds nothing of another, and learns nothing from its ids', async () => {
    const [mine, theirs] = [systemIds.uuid(), systemIds.uuid()];
    await decided(theirs, 1, [found('CVE-2026-0501', { aliases: ['GHSA-5'] })]);
    const { id } = await only(theirs);
    expect(await list(mine)).toEqual([]);
    expect(await list(mine, { vulnerability: 'GHSA-5' })).toEqual([]);
    expect((await as(mine).summarize({ query: {} })).body.images).toBe(0);
    expect(await ledger(mine)).toMatchObject({ isIntact: true, entries: 0 });
    const unknown = systemIds.uuid();
    const refusal = async (call: Promise<unknown>): Promise<unknown> => {
      const error = await call.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      const { code, status, message } = error as { code: string; status: number; message: string };
      return { code, status, message: message.replace(id, 'ID').replace(unknown, 'ID') };
    };
    const detail = (findingId: string) => refusal(as(mine).getFinding({ params: { findingId } }));
    const history = (findingId: string) => refusal(as(mine).getHistory({ params: { findingId }, query: {} }));
    expect(await detail(id)).toEqual(await detail(unknown));
    expect(await history(id)).toEqual(await history(unknown));
    expect(await detail(id)).toMatchObject({ code: 'NOT_FOUND', status: 404 });
    // The same image and finding in another tenant are its own.
    await decided(mine, 1, []);
    expect(await only(theirs)).toMatchObject({ id, status: 'open' });
  });

  test('a cursor of another list, or with text that no row can have, is refused', async () => {
    const tenant = systemIds.uuid();
    const code = async (cursor: string): Promise<unknown> =>
      as(tenant)
        .listFindings({ query: { cursor } })
        .then(
          () => undefined,
          (error: unknown) => (error as { code: string }).code,
        );
    expect(await code('bm9uc2Vuc2U')).toBe('CURSOR_INVALID');
    await decided(tenant, 1, [found('CVE-2026-0801'), found('CVE-2026-0802')]);
    const { body } = await as(tenant).listFindings({ query: { limit: 1 } });
    const [list = '', position = ''] = (body.next ?? '').split('.');
    const good = JSON.parse(Buffer.from(position, 'base64url').toString()) as [string, [number, string, string]];
    good[1][1] = '\0';
    expect(await code(`${list}.${Buffer.from(JSON.stringify(good)).toString('base64url')}`)).toBe('CURSOR_INVALID');
  });
});
