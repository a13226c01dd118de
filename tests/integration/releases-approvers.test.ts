import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { type Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { approve, calls, code, gateOf, isBlocked, releasesKit } from './releases-kit.ts';

const LOST = { code: 'right_lost', sentence: 'rosa may no longer approve promotions.', at: expect.any(String) };
const isVoid = ({ approvals }: Promotion) => approvals[0]?.isValid === false;

describeEachEngine('an approval counts while its giver may give it', (engine) => {
  const kit = releasesKit(engine);

  /** Waits for so many approvals; rosa and sam are users as Authority knows them. */
  async function waiting(rules: object = {}) {
    const one = await kit.waiting(rules);
    const { tenantId } = one;
    const user = (name: string) => {
      const id = systemIds.uuid();
      return { userId: id, client: kit.rig.as(RELEASES_ROUTES, { tenantId, id, name }) };
    };
    const change = (userId: string, mayApprove: boolean) => kit.neighbours.changeUser(tenantId, userId, mayApprove);
    /** Until events and jobs are done, and no reason to look is left. */
    const settle = () => kit.settle(tenantId, one.id);
    return { ...one, rosa: user('rosa'), sam: user('sam'), change, settle };
  }

  test('it is void when the right is lost, says why, and the promotion waits for somebody else', async () => {
    const { rosa, sam, id, until, untilState, change } = await waiting({ requiredApprovals: 2 });
    await approve(rosa.client, id);
    await change(rosa.userId, false);
    const voided = await until(id, 'the approval is void', isVoid);
    expect(voided).toMatchObject({
      state: 'pending_approval',
      sentence:
        'All other gates are met; it waits for people. 0 of 2 approvals given. rosa may no longer approve promotions: that approval is void.',
      approvals: [{ person: { name: 'rosa' }, isValid: false, voided: LOST }],
    });
    await approve(sam.client, id);
    const half = await until(id, 'one counts', ({ approvals }) => approvals.length === 2);
    expect(gateOf(half, 'approval').sentence).toContain('1 of 2 approvals given (sam).');
    await change(rosa.userId, true);
    await approve(rosa.client, id);
    const approved = await untilState(id, 'approved');
    expect(approved.approvals.map(({ isValid }) => isValid)).toEqual([false, true, true]);
    expect(gateOf(approved, 'approval').sentence).toBe('2 of 2 approvals given (sam, rosa).');
  });

  test('it stays void when the right comes back, and the person may approve again', async () => {
    const { rosa, id, until, read, untilState, change, settle, sam } = await waiting({ requiredApprovals: 2 });
    await approve(rosa.client, id);
    await change(rosa.userId, false);
    await until(id, 'the approval is void', isVoid);
    await change(rosa.userId, true);
    await settle();
    expect((await read(id)).approvals).toMatchObject([{ isValid: false, voided: LOST }]);
    await approve(sam.client, id);
    await settle();
    expect((await read(id)).state).toBe('pending_approval');
    await approve(rosa.client, id);
    await untilState(id, 'approved');
  });

  test('a right that is lost while gates are looked at for the last time approves nothing', async () => {
    const { world, rosa, id, until, change } = await waiting();
    // Policy decides once more after the last approval: the moment in which the role is taken away.
    world.beforeDecision = async () => {
      world.beforeDecision = undefined;
      await change(rosa.userId, false);
    };
    await approve(rosa.client, id);
    const voided = await until(id, 'the approval is void', isVoid);
    expect([voided.state, voided.decidedAt]).toEqual(['pending_approval', null]);
  });

  test('nor does one that is lost right after Authority answered, once that is heard of', async () => {
    const { tenantId, world, rosa, id, until, change } = await waiting();
    world.afterHolders = async () => {
      world.afterHolders = undefined;
      const before = await staleAt(tenantId, id);
      await change(rosa.userId, false);
      await kit.rig.eventually('it is heard of', async () => (await staleAt(tenantId, id)) > before);
    };
    await approve(rosa.client, id);
    const voided = await until(id, 'the approval is void', isVoid);
    expect([voided.state, voided.decidedAt]).toEqual(['pending_approval', null]);
  });

  test('what Authority does not answer is no approval; it is asked again by itself, and voids nothing', async () => {
    const { world, rosa, id, until, untilState } = await waiting();
    world.down.add('authority');
    await approve(rosa.client, id);
    const unknown = await until(id, 'it waits for Authority', ({ sentence }) => sentence.includes('did not answer'));
    expect(unknown).toMatchObject({
      state: 'pending_approval',
      sentence: expect.stringMatching(
        /^All other gates are met\. 1 of 1 approval given \(rosa\)\. Whether that person may still approve is not known: Authority did not answer \(.+\); it is asked again by itself\.$/,
      ),
      approvals: [{ isValid: true, voided: null }],
    });
    expect(gateOf(unknown, 'approval')).toMatchObject({ state: 'waiting', fix: null });
    world.down.delete('authority');
    // The pause before asking again and the pause until the queue is read may add up to more than one wait on a busy machine.
    await untilState(id, 'approved').catch(() => untilState(id, 'approved'));
  });

  test('an unverified release is asked about, too', async () => {
    const one = await kit.scene();
    await one.environment('prod', 1, { requiredApprovals: 1 });
    const { id } = await one.ask((await one.release(one.digest, { mode: 'unverified' })).id, 'prod');
    await one.untilState(id, 'pending_approval');
    const userId = systemIds.uuid();
    one.world.unfit.add(userId);
    await approve(kit.rig.as(RELEASES_ROUTES, { tenantId: one.tenantId, id: userId, name: 'rosa' }), id);
    const voided = await one.until(id, 'the approval is void', isVoid);
    expect(voided.approvals).toMatchObject([{ voided: LOST }]);
  });

  test('an approval that is given after Authority was asked is asked about before it counts', async () => {
    const { world, ada, rosa, sam, id, read, until, settle } = await waiting({ requiredApprovals: 3 });
    await approve(rosa.client, id);
    await settle();
    world.unfit.add(sam.userId);
    // Neither the last one that is needed nor announced: nothing else has the gates looked at once more.
    world.afterHolders = async () => {
      world.afterHolders = undefined;
      await approve(sam.client, id);
    };
    const params = { environmentId: (await read(id)).environmentId };
    await ada.updateEnvironment({ params, body: { requiredApprovals: 3 } }, { ifMatch: '*' });
    const looked = await until(id, 'the later one is void', ({ approvals }) => approvals[1]?.isValid === false);
    expect(looked.approvals.map(({ isValid }) => isValid)).toEqual([true, false]);
    await settle();
    expect((await read(id)).state).toBe('pending_approval');
  });

  test('Authority is asked only where somebody approved, and a change of others is no reason to look', async () => {
    const { tenantId, world, id, rosa, sam, change, settle, read } = await waiting({ requiredApprovals: 2 });
    expect(calls(world, 'authority.scopes.holders')).toBe(0);
    await approve(rosa.client, id);
    await settle();
    const before = [await read(id), world.decisions.length, await kit.looks(tenantId, id)];
    await change(sam.userId, false);
    await settle();
    expect([await read(id), world.decisions.length, await kit.looks(tenantId, id)]).toEqual(before);
  });

  test('each void has its reason: another state of gates, duties that are separated, a change of mind', async () => {
    const { world, ada, rosa, id, until } = await waiting({ requiredApprovals: 2 });
    await approve(rosa.client, id);
    world.outcome = 'deny';
    await ada.evaluatePromotion({ params: { promotionId: id }, body: {} });
    const denied = await until(id, 'policy blocks', isBlocked('policy'));
    expect(denied.approvals[0]?.voided).toMatchObject({ code: 'blocked' });
    world.outcome = 'allow';
    await ada.evaluatePromotion({ params: { promotionId: id }, body: {} });
    await until(id, 'it waits again', ({ state }) => state === 'pending_approval');
    await approve(rosa.client, id);
    const { body } = await rosa.client.rejectPromotion({ params: { promotionId: id }, body: { reason: 'no' } });
    expect(body.approvals.map(({ voided }) => voided?.sentence ?? null)).toEqual([
      'A gate became blocked after it was given.',
      'rosa rejected the promotion since.',
      null,
    ]);
    expect(body.approvals[1]?.voided?.at).toBe(body.decidedAt);
  });

  test('what was voided is on record with its reason, and an approval cannot be made to count again', async () => {
    const { tenantId, rosa, id, until, change } = await waiting({ requiredApprovals: 2 });
    await approve(rosa.client, id);
    await change(rosa.userId, false);
    await until(id, 'the approval is void', isVoid);
    const { rows } = await kit.database.withTenant(tenantId, (tx) =>
      sql<{ body: string }>`select body from audit.entry where action = 'releases.promotion.move'`.execute(tx),
    );
    const moves = rows.map(({ body }) => (JSON.parse(body) as { details: unknown }).details);
    expect(moves).toContainEqual(expect.objectContaining({ voidedApprovals: 1, because: ['right_lost'] }));
    const revive = kit.database.withTenant(tenantId, (tx) =>
      sql`update releases.approval set is_valid = true where promotion_id = ${id}`.execute(tx),
    );
    await expect(revive).rejects.toThrow(/check constraint/);
  });

  test('a change of a person in one tenant is nothing to another', async () => {
    const one = await waiting({ requiredApprovals: 2 });
    const two = await waiting({ requiredApprovals: 2 });
    const client = kit.rig.as(RELEASES_ROUTES, { tenantId: two.tenantId, id: one.rosa.userId, name: 'rosa' });
    await approve(one.rosa.client, one.id);
    await approve(client, two.id);
    await one.change(one.rosa.userId, false);
    await one.until(one.id, 'the approval is void', isVoid);
    await two.settle();
    expect((await two.read(two.id)).approvals).toMatchObject([{ isValid: true }]);
  });

  test('whoever asked approves no more than before: duties stay apart', async () => {
    const { ada, id } = await waiting();
    await expect(approve(ada, id)).rejects.toEqual(code('SEPARATION_OF_DUTIES'));
  });

  /** Number of the last reason that makes earlier answers worthless; evidence that is sealed is none. */
  const staleAt = (tenantId: string, promotionId: string) =>
    kit.database.withTenant(tenantId, async (tx) => {
      const { rows } = await sql<{ staleAt: number }>`
        select stale_at as "staleAt" from releases.promotion where promotion_id = ${promotionId}`.execute(tx);
      return rows[0]?.staleAt ?? 0;
    });
});
