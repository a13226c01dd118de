import { fileURLToPath } from 'node:url';
import { type KyselyPlugin, sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding as EngineFinding, VexAnswer } from '@stella-ops/engine-advisories';
import { canonicalBytes, type Digest, digestOf } from '@stella-ops/engine-kernel';
import type { TraceRow, Verdict } from '@stella-ops/engine-policy';
import type { Routes } from '@stella-ops/contracts';
import { type Decision, POLICY_EVENTS, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { SCANNER_EVENTS, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { FINDINGS_EVENTS, FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { checkTenancy, type Database, dumpSchema } from '@stella-ops/platform/database';
import { currentPosition, publishEvent, readEvents, startEvents, trimEvents } from '@stella-ops/platform/events';
import { type Endpoint, handle } from '@stella-ops/platform/http';
import type { Objects } from '@stella-ops/platform/objects';
import { defineConfig, defineService, systemIds } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { service as findings } from '@stella-ops/service-findings';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import * as z from 'zod';

const IMAGE = digestOf('shop');
const OTHER_IMAGE = digestOf('cart');
const DAY = (n: number): string => `2026-06-${String(n).padStart(2, '0')}T12:00:00.000Z`;

/** A finding as a decision would have it; invented, like everything here. */
function found(vulnerability: string, more: Partial<EngineFinding> = {}): EngineFinding {
  const record = more.aliases?.[0] ?? vulnerability;
  return {
    vulnerability,
    aliases: [],
    records: [record],
    component: 'pkg:npm/frobnicate@1.0.0',
    package: 'frobnicate',
    installedVersion: '1.0.0',
    fixedVersions: ['1.0.1'],
    severity: { level: 'high', score: 8.1 },
    state: 'affected',
    reachability: 'unknown',
    grade: 'exact',
    trace: [
      {
        key: 'npm/frobnicate',
        record,
        recordDigest: digestOf(record),
        decidedBy: 'range',
        introduced: '0',
        fixed: '1.0.1',
        comparator: 'semver',
        sentence: '1.0.0 is before 1.0.1 (semver)',
      },
    ],
    ...more,
  };
}

const vexOf = (status: VexAnswer['status']): VexAnswer => ({
  status,
  justification: 'vulnerable_code_not_present',
  document: digestOf('vex'),
  timestamp: DAY(1),
  overruled: [],
});

type Action = TraceRow['action'];

interface Made {
  readonly id: Digest;
  readonly fact: Record<
    'decisionId' | 'imageDigest' | 'verdictDigest' | 'findingsDigest' | 'advisorySnapshot',
    Digest
  > & {
    readonly evaluatedAt: string;
  };
}

/** Puts the documents of a decision where the policy service would. */
async function storeDecision(
  objects: Objects,
  tenantId: string,
  day: number,
  list: readonly EngineFinding[],
  options: { readonly image?: Digest; readonly action?: Action; readonly excepted?: readonly string[] } = {},
): Promise<Made> {
  const { image = IMAGE, action = 'deny', excepted = [] } = options;
  const snapshot = digestOf(`snapshot ${day}`);
  const trace: TraceRow[] = list.map(({ vulnerability, component }) => {
    const isExcepted = excepted.includes(vulnerability);
    return {
      rule: 'block-high',
      on: 'finding',
      target: `${vulnerability} in ${component}`,
      action: isExcepted ? 'allow' : action,
      ...(isExcepted ? { exception: { id: 'ex-1', state: 'applied' as const } } : {}),
      values: { 'finding.severity.score': 8.1 },
    };
  });
  const verdict: Verdict = {
    format: 'stella.verdict/v1',
    subject: { kind: 'image', name: 'registry.test/shop/app:1', digest: image },
    outcome: 'deny',
    reasons: trace
      .filter((row) => row.action !== 'allow')
      .map(({ rule, action, target }) => {
        const [vulnerability = '', component = ''] = target.split(' in ');
        return {
          code: 'HIGH',
          rule,
          action,
          sentence: `${vulnerability} is high`,
          fix: 'upgrade frobnicate to 1.0.1',
          finding: { vulnerability, component },
        };
      }),
    counts: { findings: list.length },
    policy: {
      name: 'default',
      version: '1',
      digest: digestOf('policy'),
      params: {},
      defaults: { finding: 'allow', unknownSeverity: 'warn', notEvaluated: 'warn', gap: 'warn', coverage: 'warn' },
      rules: [],
    },
    exceptions: [],
    trace,
    evaluatedAt: DAY(day),
  };
  const document = {
    format: 'stella.findings/v1',
    inventory: digestOf('inventory'),
    snapshot,
    findings: list,
    coverage: [],
  };
  const store = objects.tenant(tenantId, 'decisions');
  const stored = await Promise.all([document, verdict].map((value) => store.put(canonicalBytes(value))));
  const [findingsDigest = image, verdictDigest = image] = stored.map((one) => one.digest);
  const decisionId = digestOf(`${tenantId} ${day} ${findingsDigest} ${verdictDigest}`);
  return {
    id: decisionId,
    fact: {
      decisionId,
      imageDigest: image,
      verdictDigest,
      findingsDigest,
      advisorySnapshot: snapshot,
      evaluatedAt: DAY(day),
    },
  };
}

const announce = (
  database: Database,
  tenantId: string,
  { fact }: Made,
  purpose: 'continuous' | 'promotion' | 'request' = 'continuous',
): Promise<void> =>
  database.withTenant(tenantId, (tx) =>
    publishEvent(tx, POLICY_EVENTS.decisionRecorded, {
      id: systemIds.uuid(),
      tenantId,
      occurredAt: fact.evaluatedAt,
      data: { ...fact, environment: null, outcome: 'deny', purpose },
    }),
  );

const scanned = (database: Database, tenantId: string, name: string): Promise<void> =>
  database.withTenant(tenantId, (tx) =>
    publishEvent(tx, SCANNER_EVENTS.imageScanned, {
      id: systemIds.uuid(),
      tenantId,
      occurredAt: DAY(1),
      data: { imageDigest: IMAGE, inventoryDigest: digestOf('inventory'), name, platform: null },
    }),
  );

describeEachEngine('findings', (engine) => {
  let database: Database;
  let rig: ServiceRig;
  let counting: ReturnType<typeof countingStatements>;

  beforeAll(async () => {
    database = await engine.database();
    counting = countingStatements(database);
    rig = await openServiceRig({ services: [findings], database: counting.database });
  });
  afterAll(() => rig.close());

  const as = (tenantId: string) => rig.as(FINDINGS_ROUTES, { tenantId, scopes: ['findings.read'] });

  type Told = Parameters<typeof storeDecision> extends [unknown, ...infer Rest] ? Rest : never;
  const decision = (...told: Told): Promise<Made> => storeDecision(rig.host.objects, ...told);

  const progressOf = async (tenantId: string, image: Digest): Promise<string | undefined> => {
    const { rows } = await database.withTenant(tenantId, (tx) =>
      sql<{ decision_id: string }>`select decision_id from findings.image where image_digest = ${image}`.execute(tx),
    );
    return rows[0]?.decision_id;
  };

  const taken = (tenantId: string, made: Made): Promise<unknown> =>
    rig.eventually(
      'the decision is projected',
      async () => (await progressOf(tenantId, made.fact.imageDigest)) === made.id,
    );

  /** A decision, from its documents to its projection. */
  async function decided(...[tenantId, ...rest]: Told): Promise<Made> {
    const made = await decision(tenantId, ...rest);
    await announce(database, tenantId, made);
    await taken(tenantId, made);
    return made;
  }

  const list = async (tenantId: string, query: Parameters<ReturnType<typeof as>['listFindings']>[0]['query'] = {}) =>
    (await as(tenantId).listFindings({ query })).body.items;
  const only = async (tenantId: string) => {
    const [first, ...others] = await list(tenantId);
    if (first === undefined || others.length > 0) throw new Error('there should be one finding');
    return first;
  };
  const historyOf = async (tenantId: string, findingId: string) =>
    (await as(tenantId).getHistory({ params: { findingId }, query: {} })).body.items;
  const ledger = async (tenantId: string) => (await as(tenantId).verifyLedger({})).body;
  const jobsDone = (outcome: string) => async (): Promise<number> => {
    const line = (await rig.host.renderMetrics()).split('\n').find((text) => text.includes(`outcome="${outcome}"`));
    return Number(line?.split(' ').at(-1) ?? 0);
  };

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    const file = fileURLToPath(new URL('../../services/findings/schema.sql', import.meta.url));
    await expect(await dumpSchema(database, 'findings')).toMatchFileSnapshot(file);
    expect(await checkTenancy(database, 'findings')).toEqual([]);
  });

  test('history tells of discovery, VEX, resolution and return, each with decision and snapshot', async () => {
    const tenant = systemIds.uuid();
    const first = await decided(tenant, 1, [found('CVE-2026-0001')]);
    const { id } = await only(tenant);
    const second = await decided(tenant, 2, [found('CVE-2026-0001', { vex: vexOf('not_affected') })]);
    expect(await only(tenant)).toMatchObject({
      id,
      status: 'not_affected',
      vexStatus: 'not_affected',
      changedAt: DAY(2),
    });
    const third = await decided(tenant, 3, []);
    expect(await only(tenant)).toMatchObject({ id, status: 'resolved', firstSeenAt: DAY(1), changedAt: DAY(3) });
    const fourth = await decided(tenant, 4, [found('CVE-2026-0001')]);
    expect(await only(tenant)).toMatchObject({ id, status: 'open', firstSeenAt: DAY(1), vexStatus: null });

    const history = await historyOf(tenant, id);
    expect(history.map(({ sequence, type, from, to, at }) => ({ sequence, type, from, to, at }))).toEqual([
      { sequence: 1, type: 'finding.discovered', from: null, to: 'open', at: DAY(1) },
      { sequence: 2, type: 'finding.vex_applied', from: 'open', to: 'not_affected', at: DAY(2) },
      { sequence: 3, type: 'finding.resolved', from: 'not_affected', to: 'resolved', at: DAY(3) },
      { sequence: 4, type: 'finding.discovered', from: 'resolved', to: 'open', at: DAY(4) },
    ]);
    expect(history.map((entry) => entry.decisionId)).toEqual([first, second, third, fourth].map((made) => made.id));
    expect(history.map((entry) => entry.advisorySnapshot)).toEqual([1, 2, 3, 4].map((n) => digestOf(`snapshot ${n}`)));
    expect(await ledger(tenant)).toEqual({ isIntact: true, entries: 4, head: history.at(-1)?.hash, fault: null });
  });

  test('an exception lifts a finding, its end and a new verdict are told', async () => {
    const tenant = systemIds.uuid();
    const one = [found('CVE-2026-0002')];
    await decided(tenant, 1, one, { action: 'warn' });
    await decided(tenant, 2, one, { excepted: ['CVE-2026-0002'] });
    const { id, status } = await only(tenant);
    expect(status).toBe('excepted');
    await decided(tenant, 3, one);
    await decided(tenant, 4, one, { action: 'warn' });
    const history = await historyOf(tenant, id);
    expect(history.map(({ type, from, to }) => [type, from, to])).toEqual([
      ['finding.discovered', null, 'open'],
      ['finding.status_changed', 'open', 'excepted'],
      ['finding.status_changed', 'excepted', 'open'],
      ['finding.verdict_changed', 'open', 'open'],
    ]);
  });

  test('a decision that comes late does not overwrite a newer one; of one moment the greater id counts', async () => {
    const tenant = systemIds.uuid();
    const old = await decision(tenant, 1, [found('CVE-2026-0003')]);
    const newer = await decided(tenant, 2, [found('CVE-2026-0004')]);
    const stale = jobsDone('stale');
    const before = await stale();
    await announce(database, tenant, old);
    await rig.eventually('the old decision is looked at', async () => (await stale()) > before);
    expect((await list(tenant)).map(({ vulnerability }) => vulnerability)).toEqual(['CVE-2026-0004']);
    expect(await progressOf(tenant, IMAGE)).toBe(newer.id);

    const twins = [
      await decision(tenant, 5, [found('CVE-2026-0005')]),
      await decision(tenant, 5, [found('CVE-2026-0006')]),
    ].sort((a, b) => (a.id < b.id ? 1 : -1));
    const [greater, lesser] = twins;
    if (greater === undefined || lesser === undefined) throw new Error('two were made');
    await announce(database, tenant, greater);
    await taken(tenant, greater);
    const beforeLesser = await stale();
    await announce(database, tenant, lesser);
    await rig.eventually('the lesser decision is looked at', async () => (await stale()) > beforeLesser);
    expect(await progressOf(tenant, IMAGE)).toBe(greater.id);
  });

  test('the job, run again with the same decision, changes nothing', async () => {
    const tenant = systemIds.uuid();
    const made = await decided(tenant, 1, [found('CVE-2026-0007'), found('CVE-2026-0008')]);
    const before = [await list(tenant), await ledger(tenant), await eventsOf(tenant)];
    const stale = jobsDone('stale');
    const staleBefore = await stale();
    // The queue forgets what is done: the next announcement is a new job.
    await database.runStatement('owner', 'delete from jobs.job where name = $1', ['findings.project']);
    await announce(database, tenant, made);
    await rig.eventually('the job ran again', async () => (await stale()) > staleBefore);
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

  const eventsOf = async (tenantId: string) => {
    const page = await readEvents(database, tenantId, 0n, 1000);
    if (page.kind !== 'events') throw new Error('reset');
    return page.events.filter(({ type }) => type === FINDINGS_EVENTS.imageProjected.type).map(({ data }) => data);
  };

  test('an event counts what appeared, changed and went', async () => {
    const tenant = systemIds.uuid();
    await decided(tenant, 1, [found('CVE-2026-0010'), found('CVE-2026-0011'), found('CVE-2026-0012')]);
    const made = await decided(tenant, 2, [
      found('CVE-2026-0010', { fixedVersions: [] }),
      found('CVE-2026-0011'),
      found('CVE-2026-0013'),
    ]);
    const events = await rig.eventually('two events', async () => {
      const all = await eventsOf(tenant);
      return all.length === 2 && all;
    });
    expect(events[1]).toEqual({ imageDigest: IMAGE, decisionId: made.id, discovered: 1, changed: 1, resolved: 1 });
  });

  test('decisions for a promotion or on request do not speak of the image', async () => {
    const tenant = systemIds.uuid();
    await announce(database, tenant, await decision(tenant, 2, [found('CVE-2026-0014')]), 'promotion');
    await announce(database, tenant, await decision(tenant, 3, [found('CVE-2026-0014')]), 'request');
    const last = await decided(tenant, 1, []);
    expect(await list(tenant)).toEqual([]);
    expect(await progressOf(tenant, IMAGE)).toBe(last.id);
  });

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
      await scanned(database, tenant, name);
    }
    await rig.eventually('the name is heard of', async () => (await only(tenant)).imageName.endsWith(':3'));
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

  /** What somebody with the database's own powers could do to the ledger. */
  const tamper = (tenantId: string, statement: ReturnType<typeof sql>): Promise<unknown> =>
    database.withOwner(async (tx) => {
      await sql`select set_config('app.tenant_id', ${tenantId}, true)`.execute(tx);
      return statement.execute(tx);
    });

  test.each([
    [
      'a changed body',
      'entry 2 was changed',
      sql`update findings.ledger set body = replace(body, 'open', 'excepted') where sequence = 2`,
    ],
    [
      'a body changed with its hash',
      'entry 3 does not follow',
      sql`update findings.ledger set body = replace(body, '"to":"open"', '"to":"excepted"'),
            hash = 'sha256:' || encode(sha256(convert_to(replace(body, '"to":"open"', '"to":"excepted"'), 'UTF8')), 'hex')
          where sequence = 2`,
    ],
    ['a removed entry', 'entry 2 is missing', sql`delete from findings.ledger where sequence = 2`],
    ['a removed first entry', 'entry 1 is missing', sql`delete from findings.ledger where sequence = 1`],
    ['a removed last entry', 'entry 3 is missing', sql`delete from findings.ledger where sequence = 3`],
    [
      'an entry moved to another finding',
      'entry 2 is filed under another finding',
      sql`update findings.ledger set finding_id = (select finding_id from findings.ledger where sequence = 1) where sequence = 2`,
    ],
    [
      'a shortened chain',
      'entry 3 stands behind the end',
      sql`update findings.head set sequence = 2, hash = (select hash from findings.ledger where sequence = 2)`,
    ],
    [
      'a head that was changed',
      'the last entry is not the one',
      sql`update findings.head set hash = 'sha256:' || repeat('1', 64)`,
    ],
  ])('checking the ledger finds %s', async (_what, sentence, statement) => {
    const tenant = systemIds.uuid();
    await decided(tenant, 1, [found('CVE-2026-0601'), found('CVE-2026-0602'), found('CVE-2026-0603')]);
    expect(await ledger(tenant)).toMatchObject({ isIntact: true, entries: 3 });
    await tamper(tenant, statement);
    const { isIntact, fault } = await ledger(tenant);
    expect([isIntact, fault]).toEqual([false, expect.stringContaining(sentence)]);
  });

  test('the service itself can neither change nor remove an entry', async () => {
    const tenant = systemIds.uuid();
    await decided(tenant, 1, [found('CVE-2026-0604')]);
    for (const statement of [sql`delete from findings.ledger`, sql`update findings.ledger set body = ''`]) {
      await expect(database.withTenant(tenant, (tx) => statement.execute(tx))).rejects.toThrow('permission denied');
    }
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
    await announce(database, tenant, made);
    await taken(tenant, made);
    expect((await as(tenant).summarize({ query: {} })).body.byStatus['open']).toBe(2000);
    expect(counting.most).toBeLessThanOrEqual(20);
    expect(counting.most).toBeGreaterThan(5);
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

const NO_SETTINGS = defineConfig({ summary: 'A stand-in', schema: z.strictObject({}) });

/** A service that only answers. */
const standIn = (id: string, routes: Routes, answer: (host: ServiceHost) => readonly Endpoint[]) =>
  defineService<typeof NO_SETTINGS, ServiceHost>({
    id,
    config: NO_SETTINGS,
    routes,
    jobs: [],
    events: [],
    start: ({ host }) => Promise.resolve({ endpoints: answer(host), stop: () => Promise.resolve() }),
  });

describeEachEngine('findings after lost events', (engine) => {
  test('the last continuous decision on each image is fetched', async () => {
    const database = await engine.fresh();
    const tenant = systemIds.uuid();
    const scanner = standIn('scanner', { listImages: SCANNER_ROUTES.listImages }, () => [
      handle(SCANNER_ROUTES.listImages, async () => {
        const image = {
          digest: IMAGE,
          name: 'registry.test/shop/app:7',
          platform: null,
          indexDigest: null,
          configDigest: null,
          origin: 'scan' as const,
          inventoryDigest: digestOf('inventory'),
          components: 1,
          gaps: 0,
          sizeBytes: null,
          firstSeenAt: DAY(1),
          scannedAt: DAY(1),
        };
        return { status: 200, body: { items: [image], next: null } };
      }),
    ]);
    const policy = standIn('policy', { listDecisions: POLICY_ROUTES.listDecisions }, ({ objects }) => [
      handle(POLICY_ROUTES.listDecisions, async ({ query }, { caller }) => {
        const asDecision = async (day: number, purpose: Decision['purpose']): Promise<Decision> => {
          const { fact } = await storeDecision(objects, caller.tenantId, day, [found(`CVE-2026-900${day}`)]);
          return {
            ...fact,
            id: fact.decisionId,
            environment: null,
            outcome: 'deny',
            reasons: [],
            counts: {},
            policy: { name: 'default', version: '1', digest: digestOf('policy') },
            vexSnapshot: null,
            purpose,
          };
        };
        expect(query.imageDigest).toBe(IMAGE);
        const items = [
          await asDecision(4, 'promotion'),
          await asDecision(3, 'continuous'),
          await asDecision(2, 'continuous'),
        ];
        return { status: 200, body: { items, next: null } };
      }),
    ]);
    const services = [scanner, policy, findings];
    const list = async (rig: ServiceRig) =>
      (await rig.as(FINDINGS_ROUTES, { tenantId: tenant }).listFindings({ query: {} })).body.items;

    const before = await openServiceRig({ services, database });
    const first = await storeDecision(before.host.objects, tenant, 1, [found('CVE-2026-9001')]);
    await announce(database, tenant, first);
    await before.eventually('the first decision is projected', async () => (await list(before)).length === 1);
    await before.close();

    const relay = await startEvents({ database, consumers: [], onError: () => undefined });
    const position = await currentPosition(database, tenant);
    await announce(database, tenant, {
      ...first,
      fact: { ...first.fact, decisionId: digestOf('a lost one'), evaluatedAt: DAY(2) },
    });
    while ((await currentPosition(database, tenant)) === position) await new Promise(setImmediate);
    await relay.stop();
    await trimEvents(database, '2100-01-01T00:00:00.000Z');

    const after = await openServiceRig({ services, database });
    const items = await after.eventually('the lost decision is found', async () => {
      const all = await list(after);
      return all.length === 2 && all;
    });
    expect(items.map(({ vulnerability, status, imageName }) => ({ vulnerability, status, imageName }))).toEqual([
      { vulnerability: 'CVE-2026-9001', status: 'resolved', imageName: 'registry.test/shop/app:7' },
      { vulnerability: 'CVE-2026-9003', status: 'open', imageName: 'registry.test/shop/app:7' },
    ]);
    await after.close();
    await database.close();
  });
});
