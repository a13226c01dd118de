import { expect, test } from 'vitest';
import { type Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { code, COMPOSE, deploymentsKit } from './deployments-kit.ts';

const VOID = { isValid: false, voided: { code: 'right_lost', sentence: 'rosa may no longer approve promotions.' } };
const NOT_DEPLOYED =
  'Approved, but not deployed. 0 of 1 approval given. rosa may no longer approve promotions: that approval is void. Ask for it again, or cancel it.';

describeEachEngine('a deployment begins only with approvals of people who may still give them', (engine) => {
  const kit = deploymentsKit(engine);

  /** Where a host waits and a promotion wants the approval of rosa, a user as Authority knows them. */
  async function asked(text = COMPOSE) {
    const one = await kit.scene([{ name: 'prod', requiredApprovals: 1 }]);
    const { tenantId, release, promote, readPromotion, template, ops } = one;
    await template({}, text);
    const agent = await one.agent('host-1');
    await one.target('web-1', 'host-1');
    const made = await release();
    const { id } = await promote(made.id, 'prod', 'pending_approval');
    // From here on gates are looked at for the reasons of the test alone.
    await kit.rig.settled();
    const userId = systemIds.uuid();
    const rosa = kit.rig.as(RELEASES_ROUTES, { tenantId, id: userId, name: 'rosa' });
    const approve = (promotionId = id) =>
      rosa.approvePromotion({ params: { promotionId }, body: { reason: 'looked at it' } });
    const until = (what: string, holds: (promotion: Promotion) => boolean) =>
      kit.rig.eventually(what, async () => {
        const promotion = await readPromotion(id);
        return holds(promotion) && promotion;
      });
    const start = () => ops.startDeployment({ params: { promotionId: id }, body: {} });
    const change = (mayApprove: boolean) => kit.neighbours.changeUser(tenantId, userId, mayApprove);
    return { ...one, agent, made, id, userId, approve, until, start, change };
  }

  /** The same, approved, and not deployed because the template wanted a component that the release does not have. */
  async function held() {
    const one = await asked(COMPOSE.replace('component:web', 'component:other'));
    await one.approve();
    await one.until('it says why it is not deployed', ({ sentence }) =>
      sentence.startsWith('Approved, but not deployed'),
    );
    await one.template();
    return one;
  }

  test('a right that is lost between approval and start keeps it from starting by itself, with its reason', async () => {
    const { world, userId, approve, until, deployments } = await asked();
    // Nobody announces it: what counts is what Authority says just before the deployment.
    world.afterHolders = async () => {
      world.afterHolders = undefined;
      world.unfit.add(userId);
    };
    await approve();
    const refused = await until('the approval is void', ({ approvals }) => approvals[0]?.isValid === false);
    expect(refused).toMatchObject({ state: 'approved', sentence: NOT_DEPLOYED, approvals: [VOID] });
    expect(refused.gates.find(({ name }) => name === 'approval')?.state).toBe('waiting');
    await kit.rig.settled();
    expect(await deployments()).toEqual([]);
  });

  test('nor by a person; a right that comes back changes nothing, and asking again does', async () => {
    const { ada, id, made, approve, start, change, readPromotion, agent } = await held();
    await change(false);
    await expect(start()).rejects.toEqual(code('DEPLOYMENT_STATE'));
    expect(await readPromotion(id)).toMatchObject({ state: 'approved', sentence: NOT_DEPLOYED, approvals: [VOID] });
    await change(true);
    await kit.rig.settled();
    await expect(start()).rejects.toEqual(code('DEPLOYMENT_STATE'));
    expect(await readPromotion(id)).toMatchObject({ state: 'approved', sentence: NOT_DEPLOYED, approvals: [VOID] });
    const again = (await ada.requestPromotion({ body: { releaseId: made.id, environment: 'prod' } })).body.id;
    await kit.rig.eventually(
      'it waits for approval',
      async () => (await readPromotion(again)).state === 'pending_approval',
    );
    await approve(again);
    await agent.finish(await agent.take(), 'succeeded');
    expect((await readPromotion(again)).state).toBe('deployed');
  });

  test('one that is lost right after Authority answered is heard of before anything begins', async () => {
    const { world, start, change, deployments, readPromotion, id } = await held();
    world.afterHolders = async () => {
      world.afterHolders = undefined;
      await change(false);
      await kit.rig.settled();
    };
    await expect(start()).rejects.toEqual(code('DEPLOYMENT_STATE'));
    expect((await readPromotion(id)).approvals).toMatchObject([VOID]);
    expect(await deployments()).toEqual([]);
  });

  test('while Authority does not answer nothing begins; it does by itself when it is back', async () => {
    const { world, id, start, agent, readPromotion } = await held();
    world.down.add('authority');
    await expect(start()).rejects.toEqual(code('DEPLOYMENT_STATE'));
    const unknown = await readPromotion(id);
    expect(unknown).toMatchObject({ state: 'approved', approvals: [{ isValid: true, voided: null }] });
    expect(unknown.sentence).toMatch(/^Approved, but not deployed\. 1 of 1 approval given \(rosa\)\..*by itself\.$/);
    world.down.delete('authority');
    const task = await kit.rig.eventually('it is deployed', async () => (await agent.poll()).task ?? undefined);
    await agent.finish(task, 'succeeded');
    expect((await readPromotion(id)).state).toBe('deployed');
  });

  test('a failed deployment is not resumed without them, and the approval stays void', async () => {
    const { id, approve, change, agent, ops, until, readPromotion } = await asked();
    await approve();
    const task = await agent.take();
    await agent.fail(task, 'the registry is gone');
    const failed = await until('it failed', ({ state }) => state === 'failed');
    const resume = () => ops.resumeDeployment({ params: { deploymentId: task.deploymentId }, body: {} });
    await change(false);
    await expect(resume()).rejects.toThrow(/rosa may no longer approve promotions/);
    const voided = await readPromotion(id);
    expect(voided).toMatchObject({ state: 'failed', sentence: failed.sentence, approvals: [VOID] });
    expect(voided.version).toBeGreaterThan(failed.version);
    await change(true);
    await expect(resume()).rejects.toEqual(code('DEPLOYMENT_STATE'));
  });

  test('what was deployed stays deployed, whoever leaves later', async () => {
    const { id, approve, change, agent, readPromotion, until } = await asked();
    await approve();
    await agent.finish(await agent.take(), 'succeeded');
    const deployed = await until('it is deployed', ({ state }) => state === 'deployed');
    await change(false);
    await kit.rig.settled();
    expect(await readPromotion(id)).toEqual(deployed);
  });
});
