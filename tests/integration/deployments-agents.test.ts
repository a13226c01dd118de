import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { AGENT_ROUTES } from '@stella-ops/contracts/deployments';
import { digestOf } from '@stella-ops/engine-kernel';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { code, deploymentsKit, STALE_MS } from './deployments-kit.ts';
import { makeRequest, running } from './scripted-agent.ts';

describeEachEngine('targets and agents', (engine) => {
  const kit = deploymentsKit(engine);
  const { scene, deployed } = kit;

  describe('targets', () => {
    test('a digest changed by hand is seen, told once, and dated from when it was first seen', async () => {
      const { agent, host, task, ops, tenantId } = await deployed();
      await agent.observe(host.id, running(task.plan));
      const wrong = running(task.plan).map((one) => ({ ...one, imageId: digestOf('other'), repoDigests: [] }));
      expect((await agent.observe(host.id, wrong)).body.drift).toBe(1);
      const read = async () => (await ops.getTarget({ params: { targetId: host.id } })).body;
      const seen = await read();
      expect(seen).toMatchObject({ status: 'online', drift: [{ kind: 'wrong_digest', service: 'web' }] });
      const count = async () => {
        const { rows } = await kit.database.withTenant(tenantId, (tx) =>
          sql`select from events.outbox where type = 'deployments.target.changed'`.execute(tx),
        );
        return rows.length;
      };
      const told = await count();
      await agent.observe(host.id, wrong);
      expect(await count()).toBe(told);
      expect((await read()).drift).toEqual(seen.drift);
      expect((await ops.getBoard({})).body.rows[0]?.cells[0]?.drift).toBe(1);
      await agent.observe(host.id, []);
      expect((await read()).drift).toMatchObject([{ kind: 'missing' }]);
      await agent.observe(host.id, running(task.plan));
      expect((await read()).drift).toEqual([]);
    });

    test('one that fell silent is stale until it is heard again', async () => {
      const { agent, host, task, ops } = await deployed();
      await agent.observe(host.id, running(task.plan));
      const read = async () => (await ops.getTarget({ params: { targetId: host.id } })).body;
      expect(await read()).toMatchObject({ status: 'online', drift: [] });
      kit.pass(STALE_MS);
      const stale = await kit.rig.eventually('the target is stale', async () => {
        const target = await read();
        return target.drift.length > 0 && target;
      });
      expect(stale).toMatchObject({ status: 'stale', drift: [{ kind: 'stale' }] });
      // What runs there is not known, which is not the same as being wrong.
      expect((await ops.getBoard({})).body.rows[0]?.cells[0]?.drift).toBe(0);
      await agent.observe(host.id, running(task.plan));
      expect(await read()).toMatchObject({ status: 'online', drift: [] });
    });

    test('names are taken once, an agent must be there, and one with a task stays', async () => {
      const { template, agent: enrol, target, release, promote, ops } = await scene();
      await expect(target('web-1', 'host-1')).rejects.toEqual(code('TARGET_AGENT'));
      const agent = await enrol('host-1');
      const host = await target('web-1', 'host-1');
      await expect(target('web-1', 'host-1')).rejects.toEqual(code('TARGET_NAME_TAKEN'));
      await template();
      await promote((await release()).id, 'prod', 'deploying');
      const params = { targetId: host.id };
      await expect(ops.deleteTarget({ params })).rejects.toEqual(code('TARGET_IN_USE'));
      await agent.finish(await agent.take(), 'succeeded');
      await ops.deleteTarget({ params });
      await expect(ops.getTarget({ params })).rejects.toEqual(code('NOT_FOUND'));
      expect((await ops.listTargets({ query: {} })).body.items).toEqual([]);
    });
  });

  describe('agents', () => {
    test('a token counts once, and for its name; a revoked name is free, and its targets are inherited', async () => {
      const { ops, agent, target } = await scene();
      const { token } = (await ops.createEnrolment({ body: { name: 'host-1' } })).body;
      const { csr } = await makeRequest();
      const body = { token, csr, softwareVersion: '1.0.0', platform: 'linux/amd64' };
      const { agentId } = (await kit.rig.as(AGENT_ROUTES).enrol({ body })).body;
      await expect(kit.rig.as(AGENT_ROUTES).enrol({ body })).rejects.toEqual(code('ENROLMENT_INVALID'));
      await expect(ops.createEnrolment({ body: { name: 'host-1' } })).rejects.toEqual(code('TARGET_NAME_TAKEN'));
      await target('web-1', 'host-1');
      expect((await ops.revokeAgent({ params: { agentId } })).body.status).toBe('revoked');
      const { id } = await agent('host-1');
      expect((await ops.getAgent({ params: { agentId: id } })).body.targets).toEqual(['web-1']);
      expect((await ops.listAgents({ query: {} })).body.items.map(({ status }) => status).toSorted()).toEqual([
        'never_seen',
        'revoked',
      ]);
    });

    test('what is no certificate request costs no token', async () => {
      const { ops } = await scene();
      const { token } = (await ops.createEnrolment({ body: { name: 'host-1' } })).body;
      const { csr } = await makeRequest();
      const enrol = (request: string) =>
        kit.rig
          .as(AGENT_ROUTES)
          .enrol({ body: { token, csr: request, softwareVersion: '1', platform: 'linux/amd64' } });
      await expect(enrol('no')).rejects.toEqual(code('CSR_INVALID'));
      await expect(enrol(csr.replace(/[A-Z]{4}/, 'AAAA'))).rejects.toEqual(code('CSR_INVALID'));
      expect((await enrol(csr)).status).toBe(201);
    });

    test('a certificate request is its base64 and nothing else: what could stand around it is never looked at', async () => {
      const { ops } = await scene();
      const { token } = (await ops.createEnrolment({ body: { name: 'host-1' } })).body;
      const { csr } = await makeRequest();
      const enrol = (request: string) =>
        kit.rig
          .as(AGENT_ROUTES)
          .enrol({ body: { token, csr: request, softwareVersion: '1', platform: 'linux/amd64' } });
      const withHeader = csr.replace('\n', '\nComment: x\n\n');
      await expect(enrol(withHeader)).rejects.toEqual(code('CSR_INVALID'));
      await expect(enrol(`${csr}\n${csr}`)).rejects.toEqual(code('CSR_INVALID'));
      // Readers of PEM headers have taken twice as long for each line more of these, and 50 ms for 20 of them.
      const lines = 'a: b\n '.repeat(20);
      const slow = `-----BEGIN A-----\n${lines}\n-----END A-----`;
      const inside = Buffer.from(slow).toString('base64');
      for (const text of [slow, slow.replaceAll('A-----', 'CERTIFICATE REQUEST-----')]) {
        await expect(enrol(text)).rejects.toEqual(code('CSR_INVALID'));
      }
      const nested = `-----BEGIN CERTIFICATE REQUEST-----\n${inside}\n-----END CERTIFICATE REQUEST-----\n`;
      await expect(enrol(nested)).rejects.toEqual(code('CSR_INVALID'));
      expect((await enrol(csr.replaceAll('\n', '\r\n'))).status).toBe(201);
    });
  });
});
