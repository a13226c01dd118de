import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding as EngineFinding } from '@stella-ops/engine-advisories';
import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import type { Decision } from '@stella-ops/contracts/policy';
import { type Digest, digestOf } from '@stella-ops/engine-kernel';
import type { Database } from '@stella-ops/platform/database';
import { systemIds } from '@stella-ops/platform/runtime';
import { service as findings } from '@stella-ops/service-findings';
import { describeEachEngine, openServiceRig, type ServiceRig } from '@stella-ops/testkit/server';
import { announce, found, storeDecision, vexOf } from './findings-kit.ts';
import { riskWorld } from './findings-risk-world.ts';

const SCOPES = ['findings.read', 'release.read', 'scanner.read'] as const;
const image = (name: string): Digest => digestOf(`image ${name}`);
const critical: Partial<EngineFinding> = { severity: { level: 'critical', score: 9.8 } };
/** Of a package of its own. */
const inPackage = (name: string, version: string, more: Partial<EngineFinding> = {}): Partial<EngineFinding> => ({
  component: `pkg:npm/${name}@${version}`,
  package: name,
  installedVersion: version,
  ...more,
});

describeEachEngine('the difference of two releases in risk', (engine) => {
  const world = riskWorld();
  let database: Database;
  let rig: ServiceRig;

  beforeAll(async () => {
    database = await engine.database();
    rig = await openServiceRig({ services: [findings, ...world.services], database });
  });
  afterAll(() => rig.close());

  /** Judges an image and waits until its findings are there. */
  async function judged(
    tenant: string,
    digest: Digest,
    list: readonly EngineFinding[],
    { day = 1, outcome = 'deny' }: { readonly day?: number; readonly outcome?: Decision['outcome'] } = {},
  ): Promise<void> {
    const made = await storeDecision(rig.host.objects, tenant, day, list, { image: digest });
    world.decide(tenant, made, outcome);
    await announce(database, tenant, made);
    await rig.eventually('the decision is projected', async () => {
      const { rows } = await database.withTenant(tenant, (tx) =>
        sql<{ decision_id: string }>`select decision_id from findings.image where image_digest = ${digest}`.execute(tx),
      );
      return rows[0]?.decision_id === made.id;
    });
  }
  const scanned = (tenant: string, digest: Digest, ...packages: string[]) =>
    world.scan(rig.host.objects, tenant, digest, packages);
  const compare = async (tenantId: string, releaseId: string, against?: string) => {
    const query = against === undefined ? {} : { against };
    const client = rig.as(FINDINGS_ROUTES, { tenantId, scopes: SCOPES });
    return (await client.compareReleases({ params: { releaseId }, query })).body;
  };

  test('findings and packages that come, go and change are told for each image and in sum', async () => {
    const tenant = systemIds.uuid();
    await scanned(tenant, image('web 1'), 'frobnicate@1.0.0', 'left@1', 'old@1');
    await scanned(tenant, image('web 2'), 'frobnicate@1.1.0', 'left@1', 'fresh@1');
    await scanned(tenant, image('api 1'), 'cart@1');
    await judged(tenant, image('web 1'), [
      found('CVE-2026-1', critical),
      found('CVE-2026-2', inPackage('frobnicate', '1.0.0')),
      found('CVE-2026-3', inPackage('left', '1')),
    ]);
    await judged(
      tenant,
      image('web 2'),
      [
        found('CVE-2026-2', inPackage('frobnicate', '1.1.0')),
        found('CVE-2026-3', inPackage('left', '1', { vex: vexOf('not_affected') })),
        found('CVE-2026-4', inPackage('fresh', '1', { severity: { level: 'low', score: 2 } })),
      ],
      { outcome: 'allow' },
    );
    await judged(tenant, image('api 1'), [found('CVE-2026-9', critical)]);
    const before = world.release(tenant, '1.1.0', { web: image('web 1'), api: image('api 1') });
    const after = world.release(tenant, '1.2.0', { web: image('web 2'), api: image('api 1') });

    const body = await compare(tenant, after, before);
    expect(body.sentence).toBe(
      'shop 1.2.0 against 1.1.0: 1 critical finding fewer, 1 high fewer, 1 low more; 1 package changed, 1 new, 1 gone; policy default no longer denies web.',
    );
    expect(body.open).toEqual({
      before: { critical: 2, high: 2, medium: 0, low: 0, none: 0, unknown: 0 },
      after: { critical: 1, high: 1, medium: 0, low: 1, none: 0, unknown: 0 },
    });
    expect(body.findings).toEqual({ came: 1, went: 1, changed: 1 });
    expect(
      body.findingDifferences.map(({ change, vulnerability, differences }) => [change, vulnerability, differences]),
    ).toEqual([
      ['went', 'CVE-2026-1', []],
      ['changed', 'CVE-2026-3', ['status', 'vex']],
      ['came', 'CVE-2026-4', []],
    ]);
    expect(
      body.packageDifferences.map(({ component, name, before: was, after: is }) => [component, name, was, is]),
    ).toEqual([
      ['web', 'fresh', null, '1'],
      ['web', 'frobnicate', '1.0.0', '1.1.0'],
      ['web', 'old', '1', null],
    ]);
    expect(body.images.map(({ component, change, isCompared }) => [component, change, isCompared])).toEqual([
      ['web', 'changed', true],
      ['api', 'same', true],
    ]);
    expect(body.notes).toEqual([]);

    // A finding of the answer is one that can be read.
    const came = body.findingDifferences.find(({ change }) => change === 'came');
    const client = rig.as(FINDINGS_ROUTES, { tenantId: tenant, scopes: ['findings.read'] });
    const { body: detail } = await client.getFinding({ params: { findingId: came?.after?.id ?? '' } });
    expect(detail.vulnerability).toBe('CVE-2026-4');
  });

  test('the other way round says the opposite', async () => {
    const tenant = systemIds.uuid();
    for (const name of ['a', 'b']) await scanned(tenant, image(name));
    await judged(tenant, image('a'), [found('CVE-2026-1')]);
    await judged(tenant, image('b'), []);
    const [first, second] = [
      world.release(tenant, '1.0.0', { web: image('a') }),
      world.release(tenant, '2.0.0', { web: image('b') }),
    ];
    const there = await compare(tenant, second, first);
    const back = await compare(tenant, first, second);
    expect(there.sentence).toContain('1 high finding fewer');
    expect(back.sentence).toContain('1 high finding more');
    expect([back.findings.came, back.open.after]).toEqual([there.findings.went, there.open.before]);
  });

  test('a finding that is gone since counts on neither side', async () => {
    const tenant = systemIds.uuid();
    for (const name of ['a', 'b']) await scanned(tenant, image(name));
    await judged(tenant, image('a'), [found('CVE-2026-1')]);
    await judged(tenant, image('a'), [], { day: 2 });
    await judged(tenant, image('b'), [], { day: 2 });
    const before = world.release(tenant, '1.0.0', { web: image('a') });
    const after = world.release(tenant, '2.0.0', { web: image('b') });
    const body = await compare(tenant, after, before);
    expect([body.findings, body.open.before.high]).toEqual([{ came: 0, went: 0, changed: 0 }, 0]);
  });

  test('what was not scanned, not judged, or judged on another snapshot is said, and not guessed', async () => {
    const tenant = systemIds.uuid();
    for (const name of ['api 1', 'api 2', 'web 1', 'web 2', 'job 2']) await scanned(tenant, image(name));
    await judged(tenant, image('api 1'), [found('CVE-2026-1')]);
    await judged(tenant, image('api 2'), [found('CVE-2026-2')], { day: 2 });
    await judged(tenant, image('web 1'), [found('CVE-2026-1')]);
    await judged(tenant, image('job 2'), [found('CVE-2026-1')]);
    const pins = (n: number) => ({ api: image(`api ${n}`), web: image(`web ${n}`), job: image(`job ${n}`) });
    const before = world.release(tenant, '1.0.0', pins(1));
    const after = world.release(tenant, '2.0.0', pins(2));

    const body = await compare(tenant, after, before);
    expect(body.sentence).toBe(
      'shop 2.0.0 against 1.0.0: 2 of 3 images cannot be compared; as many high findings (1 new, 1 gone); the same packages; not all judged on the same evidence.',
    );
    expect(body.notes.map(({ code, component }) => [component, code])).toEqual([
      ['api', 'OTHER_ADVISORIES'],
      ['web', 'NOT_JUDGED'],
      ['job', 'NOT_SCANNED'],
    ]);
    expect(body.open.before.high).toBe(1);
    expect(body.images.map(({ findings: counts }) => counts)).toEqual([{ came: 1, went: 1, changed: 0 }, null, null]);
  });

  test('against nothing all of a release comes', async () => {
    const tenant = systemIds.uuid();
    await scanned(tenant, image('a'), 'frobnicate@1.0.0');
    await judged(tenant, image('a'), [found('CVE-2026-1', critical)]);
    const body = await compare(tenant, world.release(tenant, '1.0.0', { web: image('a') }));
    expect(body).toMatchObject({ from: null, findings: { came: 1 }, packages: { came: 1 } });
    expect(body.sentence).toBe(
      'shop 1.0.0 where nothing was: 1 critical finding more; 1 package new; policy default denies web.',
    );
  });

  test('an image that is known by its config is found', async () => {
    const tenant = systemIds.uuid();
    await scanned(tenant, image('config'));
    await judged(tenant, image('config'), [found('CVE-2026-1')]);
    const release = world.release(tenant, '1.0.0', { web: image('manifest') }, image('config'));
    const body = await compare(tenant, release);
    expect(body.open.after.high).toBe(1);
    expect(body.images[0]?.after).toMatchObject({ imageDigest: image('manifest'), isScanned: true });
  });

  test('a release of another tenant is as one that does not exist, on either side', async () => {
    const [mine, theirs] = [systemIds.uuid(), systemIds.uuid()];
    for (const tenant of [mine, theirs]) {
      await scanned(tenant, image('a'));
      await judged(tenant, image('a'), tenant === theirs ? [found('CVE-2026-1')] : []);
    }
    const own = world.release(mine, '1.0.0', { web: image('a') });
    const other = world.release(theirs, '9.0.0', { web: image('a') });
    const unknown = systemIds.uuid();
    const refusal = async (call: Promise<unknown>): Promise<unknown> => {
      const error = await call.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      const { code, status, message } = error as { code: string; status: number; message: string };
      return { code, status, message: message.replace(other, 'ID').replace(unknown, 'ID') };
    };
    expect(await refusal(compare(mine, other))).toMatchObject({ code: 'NOT_FOUND', status: 404 });
    expect(await refusal(compare(mine, other))).toEqual(await refusal(compare(mine, unknown)));
    expect(await refusal(compare(mine, own, other))).toEqual(await refusal(compare(mine, own, unknown)));
    // The same digest is judged in each tenant by itself.
    expect((await compare(mine, own)).open.after.high).toBe(0);
    expect((await compare(theirs, other)).open.after.high).toBe(1);
  });

  test('a caller who leaves ends the work, and that is no fault', async () => {
    const tenant = systemIds.uuid();
    const [first, second] = [image('left behind'), image('never asked for')];
    const release = world.release(tenant, '1.0.0', { web: first, api: second });
    const gone = new AbortController();
    world.whenAsked(first, () => gone.abort());
    const client = rig.as(FINDINGS_ROUTES, { tenantId: tenant, scopes: SCOPES });
    const call = client.compareReleases({ params: { releaseId: release } }, { signal: gone.signal });
    await expect(call).rejects.toThrow();
    expect(world.asked).toContain(first);
    expect(world.asked).not.toContain(second);
    expect(rig.log.filter((line) => line.includes('Request failed'))).toEqual([]);
  });

  test.each(SCOPES)('without %s nothing is told, and nobody is asked', async (missing) => {
    const tenant = systemIds.uuid();
    const release = world.release(tenant, '1.0.0', { web: image('a') });
    const scopes = SCOPES.filter((scope) => scope !== missing);
    const client = rig.as(FINDINGS_ROUTES, { tenantId: tenant, scopes });
    await expect(client.compareReleases({ params: { releaseId: release } })).rejects.toMatchObject({
      code: 'SCOPE_MISSING',
    });
    expect(world.asked).not.toContain(release);
  });
});
