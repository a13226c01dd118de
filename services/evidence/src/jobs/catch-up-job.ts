import * as z from 'zod';
import { eachItem, Timestamp } from '@stella-ops/contracts';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { defineJob, type Job } from '@stella-ops/platform/jobs';
import type { SealJobs } from '../consumers.ts';
import { isDeploymentEnd } from '../domain/deployment-statement.ts';
import { isSealedState } from '../domain/promotion-statement.ts';
import type { Sealing } from '../sealing.ts';

const schema = z.strictObject({ at: Timestamp });
export type CatchUp = z.output<typeof schema>;

/** Looks for what would have been sealed, had its event come; jobs for what is sealed already find that out. */
export function catchUpJob({ host }: Sealing, jobs: SealJobs): Job<CatchUp> {
  return defineJob({
    name: 'evidence.catch-up',
    schema,
    key: ({ at }) => at,
    attempts: 20,
    backoff: { firstSeconds: 5, longestSeconds: 600 },
    timeoutMs: 900_000,
    run: async (_, { tenantId, signal }) => {
      const acting = { tenantId, service: 'evidence' };
      const policy = host.client(POLICY_ROUTES, { ...acting, scopes: ['policy.read'] });
      const decisions = eachItem(async (cursor) => (await policy.listDecisions({ query: pageAt(cursor) })).body);
      for await (const { id, purpose } of decisions) {
        signal.throwIfAborted();
        if (purpose !== 'promotion') continue;
        await host.database.withTenant(tenantId, (tx) =>
          host.jobs.enqueue(tx, jobs.decision, tenantId, { decisionId: id }),
        );
      }
      const releases = host.client(RELEASES_ROUTES, { ...acting, scopes: ['promotion.read'] });
      const promotions = eachItem(async (cursor) => (await releases.listPromotions({ query: pageAt(cursor) })).body);
      for await (const { id, state, decidedAt, updatedAt } of promotions) {
        signal.throwIfAborted();
        if (!isSealedState(state)) continue;
        const step = { promotionId: id, from: null, to: state, occurredAt: decidedAt ?? updatedAt };
        await host.database.withTenant(tenantId, (tx) => host.jobs.enqueue(tx, jobs.promotion, tenantId, step));
      }
      const deployed = host.client(DEPLOYMENTS_ROUTES, { ...acting, scopes: ['promotion.read'] });
      const deployments = eachItem(async (cursor) => (await deployed.listDeployments({ query: pageAt(cursor) })).body);
      for await (const { id: deploymentId, state: to, finishedAt: occurredAt } of deployments) {
        signal.throwIfAborted();
        if (!isDeploymentEnd(to) || occurredAt === null) continue;
        const end = { deploymentId, to, occurredAt };
        await host.database.withTenant(tenantId, (tx) => host.jobs.enqueue(tx, jobs.deployment, tenantId, end));
      }
    },
  });
}

const pageAt = (cursor: string | undefined) => ({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
