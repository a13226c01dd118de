import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { systemClock, systemIds } from '@stella-ops/platform/runtime';
import { service } from '@stella-ops/service-policy';
import { describeEachEngine, openServiceRig } from '@stella-ops/testkit/server';
import { ALICE, BOB, code, CVE, HOUR_MS, policyKit } from './policy-kit.ts';
import { policyWorld } from './policy-world.ts';

describeEachEngine('exceptions of policy', (engine) => {
  const kit = policyKit(engine);
  const { as, newest, eventsOf, inHours, advance, blocked, ask, approve } = kit;

  test('an exception that another person approves lets the image pass, and taking it back blocks it again', async () => {
    const { tenantId, image } = await blocked();
    const exception = await ask(tenantId, 24, { package: 'pkg:npm/frobnicate', imageDigest: image });
    expect(exception).toMatchObject({ state: 'pending_review', requestedBy: ALICE, decidedBy: null });
    expect((await approve(tenantId, exception.id)).body).toMatchObject({ state: 'approved', decidedBy: BOB });
    const allowed = await newest(tenantId, image, ({ outcome }) => outcome === 'allow');
    expect(allowed.counts).toMatchObject({ excepted: 1 });
    const verdict = await as(tenantId).getVerdict({ params: { decisionId: allowed.id } });
    expect(verdict.body).toMatchObject({ exceptions: [{ id: exception.id, state: 'applied' }] });

    await as(tenantId, BOB).revokeException({ params: { exceptionId: exception.id }, body: { reason: 'exploited' } });
    const again = await newest(tenantId, image, ({ outcome }) => outcome === 'deny');
    expect(again.evaluatedAt > allowed.evaluatedAt).toBe(true);
    expect(
      (await eventsOf(tenantId)).flatMap(({ type, data }) => (type.includes('exception') ? [data['state']] : [])),
    ).toEqual(['pending_review', 'approved', 'revoked']);
    const { rows } = await kit.database.withTenant(tenantId, (tx) =>
      sql<{ body: string }>`
        select body from audit.entry where tenant_id = ${tenantId} and action = 'policy.decisions.renew'
        order by sequence`.execute(tx),
    );
    const changed = rows.map(({ body }) => (JSON.parse(body) as { details: { changed: string[] } }).details.changed);
    expect(changed).toEqual([
      ['inventory', 'advisories', 'vex', 'policy', 'exceptions'],
      ['exceptions'],
      ['exceptions'],
    ]);
  });

  test('nobody decides on what they asked for: not logged in again, not by a token, not through a service', async () => {
    const tenantId = systemIds.uuid();
    const { id: exceptionId } = await ask(tenantId);
    const selves = [
      kit.rig.as(POLICY_ROUTES, { tenantId, ...ALICE }),
      kit.rig.as(POLICY_ROUTES, { tenantId, kind: 'client', id: ALICE.id, name: 'token of alice' }),
      kit.rig.as(POLICY_ROUTES, { tenantId, kind: 'service', id: 'releases', name: 'releases', onBehalfOf: ALICE.id }),
      // A program that somebody made for the purpose is no other person.
      kit.rig.as(POLICY_ROUTES, { tenantId, kind: 'client', id: 'pipeline', name: 'pipeline' }),
    ];
    for (const self of selves) {
      const call = { params: { exceptionId }, body: { reason: 'me' } };
      await expect(self.approveException(call)).rejects.toThrow(code('EXCEPTION_SELF_APPROVAL'));
      await expect(self.rejectException(call)).rejects.toThrow(code('EXCEPTION_SELF_APPROVAL'));
    }
    expect((await as(tenantId).getException({ params: { exceptionId } })).body.state).toBe('pending_review');
    expect((await approve(tenantId, exceptionId)).body.state).toBe('approved');
  });

  test('who asks through a service on their behalf is the one who asked', async () => {
    const tenantId = systemIds.uuid();
    const through = kit.rig.as(POLICY_ROUTES, {
      tenantId,
      kind: 'service',
      id: 'releases',
      name: 'releases',
      onBehalfOf: ALICE.id,
    });
    const { body } = await through.requestException({
      body: { vulnerability: CVE, reason: 'x', expiresAt: inHours(1) },
    });
    expect(body.requestedBy.id).toBe(ALICE.id);
    await expect(approve(tenantId, body.id, ALICE)).rejects.toThrow(code('EXCEPTION_SELF_APPROVAL'));
  });

  test('an exception ends at its time: the image is blocked again, with the reason that it ran out', async () => {
    const { tenantId, image } = await blocked();
    const { id: exceptionId, expiresAt } = await ask(tenantId, 2);
    const open = await ask(tenantId, 2, { vulnerability: 'CVE-2026-90009' });
    await approve(tenantId, exceptionId);
    await newest(tenantId, image, ({ outcome }) => outcome === 'allow');
    advance(3 * HOUR_MS);
    const denied = await newest(tenantId, image, ({ outcome }) => outcome === 'deny');
    expect(denied.reasons[0]?.sentence).toBe(`${CVE} in frobnicate (exception ${exceptionId} expired at ${expiresAt})`);
    for (const id of [exceptionId, open.id]) {
      // The verdict goes by the clock; the state follows with the next sweep.
      await kit.rig.eventually('it is expired', async () => {
        const { body } = await as(tenantId).getException({ params: { exceptionId: id } });
        return body.state === 'expired';
      });
      await expect(approve(tenantId, id)).rejects.toThrow(code('EXCEPTION_STATE'));
    }
  });

  test('a request that could never count is refused, with every member that is wrong', async () => {
    const tenantId = systemIds.uuid();
    const wrong = { vulnerability: 'no id', package: 'frobnicate', expiresAt: inHours(24 * 400), reason: 'x' };
    await expect(as(tenantId).requestException({ body: wrong })).rejects.toThrow(
      expect.objectContaining({
        code: 'EXCEPTION_INVALID',
        details: expect.objectContaining({
          violations: ['/vulnerability', '/package', '/expiresAt'].map((pointer) => ({
            pointer,
            message: expect.any(String) as unknown,
          })),
        }),
      }),
    );
    for (const expiresAt of [inHours(-1), '2027-02-30T00:00:00.000Z']) {
      const body = { vulnerability: CVE, reason: 'x', expiresAt };
      await expect(as(tenantId).requestException({ body })).rejects.toThrow(code('EXCEPTION_INVALID'));
    }
  });

  test('a draft counts for nothing until it is submitted and approved', async () => {
    const tenantId = systemIds.uuid();
    const { id: exceptionId } = await ask(tenantId, 24, { isDraft: true });
    await expect(approve(tenantId, exceptionId)).rejects.toThrow(code('EXCEPTION_STATE'));
    const submitted = await as(tenantId).submitException({ params: { exceptionId }, body: {} });
    expect(submitted.body.state).toBe('pending_review');
    await expect(as(tenantId).submitException({ params: { exceptionId }, body: {} })).rejects.toThrow(
      code('EXCEPTION_STATE'),
    );
    const rejected = await as(tenantId, BOB).rejectException({ params: { exceptionId }, body: { reason: 'no' } });
    expect(rejected.body).toMatchObject({ state: 'rejected', decidedBy: BOB, decisionReason: 'no' });
    await ask(tenantId);
    const { body } = await as(tenantId).listExceptions({ query: { state: 'rejected' } });
    expect(body.items.map(({ id }) => id)).toEqual([exceptionId]);
  });
});

describeEachEngine('exceptions that nobody sweeps', (engine) => {
  test('a job of their own ends them at their time', async () => {
    const world = policyWorld();
    const rig = await openServiceRig({
      services: [service, ...world.services],
      database: await engine.database(),
      config: { policy: { expirySweepSeconds: 86_400 } },
    });
    try {
      const client = rig.as(POLICY_ROUTES, { tenantId: systemIds.uuid(), ...ALICE });
      const ending = async (afterMs: number) => {
        const expiresAt = new Date(Date.parse(systemClock.now()) + afterMs).toISOString();
        const request = client.requestException({ body: { vulnerability: CVE, reason: 'x', expiresAt } });
        return (await request).body;
      };
      // A machine with other work may take longer to ask than a short one lasts: that is refused.
      const body = await ending(1000).catch(() => ending(30_000));
      const { expiresAt } = body;
      await rig.eventually('its end', async () => {
        const read = await client.getException({ params: { exceptionId: body.id } });
        return read.body.state === 'expired';
      });
      expect(systemClock.now() >= expiresAt).toBe(true);
    } finally {
      await rig.close();
    }
  });
});
