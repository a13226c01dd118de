import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { POLICY_EVENTS } from '@stella-ops/contracts/policy';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { digestOf } from '@stella-ops/engine-kernel';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { approve, code, gateOf, isBlocked, type Releases, releasesKit } from './releases-kit.ts';

describeEachEngine('people who decide on promotions', (engine) => {
  const kit = releasesKit(engine);
  const { scene, waiting } = kit;

  test('whoever asked cannot approve, by no login, token or service; the refusal is on record', async () => {
    const { tenantId, ada, bob, id, read, untilState } = await waiting();
    const token = { kind: 'client', id: 'token-1', name: 'token of ada', onBehalfOf: 'ada-id', tenantId } as const;
    const program = { kind: 'service', id: 'robot', name: 'robot', onBehalfOf: 'ada-id', tenantId } as const;
    const nobody = { kind: 'client', id: 'pipeline', name: 'pipeline', tenantId } as const;
    for (const client of [ada, ...[token, program, nobody].map((who) => kit.rig.as(RELEASES_ROUTES, who))]) {
      await expect(approve(client, id)).rejects.toEqual(code('SEPARATION_OF_DUTIES'));
    }
    expect((await read(id)).approvals).toEqual([]);
    const { rows } = await kit.database.withTenant(tenantId, (tx) =>
      sql`select from audit.entry where action = 'releases.promotions.approve' and outcome = 'refused'`.execute(tx),
    );
    expect(rows).toHaveLength(4);
    expect((await approve(bob, id)).body.approvals).toMatchObject([{ person: { id: 'bob-id' }, isValid: true }]);
    await untilState(id, 'approved');
  });

  test('without separation of duties whoever asked may approve', async () => {
    const { ada, id, untilState } = await waiting({ isSeparationOfDuties: false });
    await approve(ada, id);
    await untilState(id, 'approved');
  });

  test('an approval counts once for each person, also when sent twice at once', async () => {
    const { bob, id, read } = await waiting({ requiredApprovals: 2 });
    const results = await Promise.allSettled([approve(bob, id), approve(bob, id)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(approve(bob, id)).rejects.toEqual(code('ALREADY_DECIDED'));
    const { approvals, state, gates } = await read(id);
    expect(approvals).toHaveLength(1);
    expect(state).toBe('pending_approval');
    expect(gates.find(({ name }) => name === 'approval')?.sentence).toBe('1 of 2 approvals given (bob).');
  });

  test('two people who approve at once are both counted, and it is approved once', async () => {
    const { tenantId, world, bob, eve, id, untilState } = await waiting({ requiredApprovals: 2 });
    await Promise.all([approve(bob, id), approve(eve, id)]);
    const approved = await untilState(id, 'approved');
    expect(approved.approvals.map(({ isValid }) => isValid)).toEqual([true, true]);
    const { rows } = await kit.database.withTenant(tenantId, (tx) =>
      sql`select from events.outbox where type = 'releases.promotion.changed' and data->>'promotionId' = ${id}
          and data->>'to' = 'approved' and data->>'from' <> 'approved'`.execute(tx),
    );
    expect(rows).toHaveLength(1);
    expect(world.decisions).toHaveLength(2);
  });

  test('the last approval does not approve what policy denies by now', async () => {
    const { world, bob, id, until } = await waiting();
    world.outcome = 'deny';
    await approve(bob, id);
    const denied = await until(id, 'policy blocks', isBlocked('policy'));
    expect(denied.state).toBe('pending_gate');
    expect(denied.approvals).toMatchObject([{ isValid: false }]);
  });

  test('an approval given while gates are looked at counts for decisions made after it only', async () => {
    const { world, ada, bob, id, untilState } = await waiting();
    expect(world.decisions).toHaveLength(1);
    world.beforeDecision = async () => {
      world.beforeDecision = undefined;
      await approve(bob, id);
    };
    await ada.evaluatePromotion({ params: { promotionId: id }, body: {} });
    const approved = await untilState(id, 'approved');
    expect(world.decisions).toHaveLength(3);
    expect(gateOf(approved, 'policy').evidence[0]?.id).toBe(world.decisions[2]?.id);
  });

  test('an approval is void when another policy judges, and the person may give it again', async () => {
    const { tenantId, world, bob, eve, id, until, untilState } = await waiting({ requiredApprovals: 2 });
    await approve(bob, id);
    world.policyDigest = digestOf('policy 2');
    const digest = world.policyDigest;
    await kit.neighbours.publish(tenantId, POLICY_EVENTS.packActivated, { name: 'default', version: '2.0.0', digest });
    const voided = await until(id, 'the approval is void', ({ approvals }) => approvals[0]?.isValid === false);
    expect(voided.state).toBe('pending_approval');
    expect(gateOf(voided, 'approval').sentence).toBe(
      '0 of 2 approvals given. 1 earlier approval no longer counts: what it was given for has changed.',
    );
    await approve(bob, id);
    await approve(eve, id);
    await untilState(id, 'approved');
  });

  test('who names a version that is not the present one approves nothing', async () => {
    const { bob, id } = await waiting();
    const body = { reason: 'seen' };
    await expect(bob.approvePromotion({ params: { promotionId: id }, body }, { ifMatch: '"v1"' })).rejects.toEqual(
      code('PRECONDITION_FAILED'),
    );
  });

  test('one person rejects, with a reason that stays; nothing can be done to it then', async () => {
    const { ada, bob, id, read } = await waiting();
    const params = { promotionId: id };
    const rejected = (await bob.rejectPromotion({ params, body: { reason: 'not on a Friday' } })).body;
    expect(rejected).toMatchObject({
      state: 'rejected',
      sentence: 'bob rejected it: not on a Friday',
      approvals: [{ verdict: 'rejected', reason: 'not on a Friday' }],
    });
    for (const call of [
      () => approve(bob, id),
      () => bob.rejectPromotion({ params, body: { reason: 'again' } }),
      () => ada.cancelPromotion({ params, body: { reason: 'never mind' } }),
      () => ada.evaluatePromotion({ params, body: {} }),
    ]) {
      await expect(call()).rejects.toEqual(code('PROMOTION_STATE'));
    }
    expect(await read(id)).toEqual(rejected);
  });

  test('a program rejects nothing, and nobody approves before the gates are met', async () => {
    const { tenantId, world, bob, environment, release, ask, until } = await scene();
    await environment('prod', 1, { requiredApprovals: 1 });
    world.outcome = 'deny';
    const { id } = await ask((await release()).id, 'prod');
    await until(id, 'policy blocks', isBlocked('policy'));
    await expect(approve(bob, id)).rejects.toEqual(code('PROMOTION_STATE'));
    const robot = kit.rig.as(RELEASES_ROUTES, { kind: 'client', id: 'pipeline', name: 'pipeline', tenantId });
    await expect(robot.rejectPromotion({ params: { promotionId: id }, body: { reason: 'x' } })).rejects.toEqual(
      code('SEPARATION_OF_DUTIES'),
    );
  });

  test('cancelling ends it, and the release may be asked for again', async () => {
    const { ada, id, ask, read } = await waiting();
    const { releaseId } = await read(id);
    await expect(ask(releaseId, 'prod')).rejects.toEqual(code('PROMOTION_EXISTS'));
    const body = { reason: 'found a bug' };
    const cancelled = (await ada.cancelPromotion({ params: { promotionId: id }, body })).body;
    expect(cancelled).toMatchObject({ state: 'cancelled', sentence: 'ada cancelled it: found a bug' });
    expect((await ask(releaseId, 'prod')).id).not.toBe(id);
  });

  test('a promotion whose time is over ends by itself and says so', async () => {
    const { tenantId, ada, id, untilState } = await waiting();
    await kit.database.withTenant(tenantId, (tx) =>
      sql`update releases.promotion set expires_at = '2026-11-20T00:00:00Z' where promotion_id = ${id}`.execute(tx),
    );
    await ada.evaluatePromotion({ params: { promotionId: id }, body: {} });
    expect((await untilState(id, 'cancelled')).sentence).toContain('It ended by itself at 2026-11-20 00:00 UTC');
  });

  test('the inbox shows what waits for the person who looks, and nothing else', async () => {
    const { tenantId, ada, bob, id } = await waiting({ requiredApprovals: 2 });
    const inbox = async (client: Releases) =>
      (await client.listPromotions({ query: { isWaitingForMe: true } })).body.items.map((one) => one.id);
    const reader = kit.rig.as(RELEASES_ROUTES, { tenantId, id: 'x', name: 'x', scopes: ['promotion.read'] });
    expect([await inbox(ada), await inbox(bob), await inbox(reader)]).toEqual([[], [id], []]);
    await approve(bob, id);
    expect(await inbox(bob)).toEqual([]);
    const all = (await ada.listPromotions({ query: { state: 'pending_approval', environment: 'prod' } })).body.items;
    expect(all.map((one) => one.id)).toEqual([id]);
    expect((await ada.listPromotions({ query: { state: 'approved' } })).body.items).toEqual([]);
  });
});
