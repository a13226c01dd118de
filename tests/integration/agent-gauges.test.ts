import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { deploymentsKit, STALE_MS } from './deployments-kit.ts';
import { running } from './scripted-agent.ts';

// Other tenants of the same database count too, so each number is held against a bound and not against itself.
describeEachEngine('metrics of agents', (engine) => {
  const kit = deploymentsKit(engine);
  const told = async (name: string): Promise<number> => {
    const text = await kit.rig.host.renderMetrics();
    return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1] ?? NaN);
  };

  test('count the targets that nobody tells of', async () => {
    const { agent, host, task } = await kit.deployed();
    await agent.observe(host.id, running(task.plan));
    kit.pass(STALE_MS);
    await kit.rig.eventually('a target is silent', async () => (await told('releases_targets_silent')) >= 1);
  });

  test('tell what is left of the certificate that ends first, of agents that were not revoked', async () => {
    const { agent, ops, tenantId } = await kit.deployed();
    const left = (): Promise<number> => told('releases_agent_certificate_left_ratio');
    expect(await left()).toBeLessThanOrEqual(1);
    expect(await left()).toBeGreaterThan(0.1);
    await kit.database.withTenant(tenantId, (tx) =>
      sql`update releases.agent_certificate
          set not_before = not_before - interval '1000 days', not_after = not_before + interval '10 days'
          where agent_id = ${agent.id}`.execute(tx),
    );
    expect(await left()).toBeLessThan(0.02);
    await ops.revokeAgent({ params: { agentId: agent.id } });
    expect(await left()).toBeGreaterThan(0.1);
  });
});
