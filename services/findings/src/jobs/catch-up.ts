import { eachItem } from '@stella-ops/contracts';
import { type Decision, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { type Digest, isDigest } from '@stella-ops/engine-kernel';
import { defineJob, type Job } from '@stella-ops/platform/jobs';
import * as z from 'zod';
import type { Parts } from '../parts.ts';
import { nameImage } from '../store/images.ts';
import type { DecisionToProject } from './project-decision.ts';

const CatchUp = z.strictObject({ at: z.string() });
export type CatchUp = z.infer<typeof CatchUp>;

/**
 * After events were lost to retention: asks the scanner for the images of a tenant and the policy service for the last
 * continuous decision on each, and takes them up like any other.
 */
export function catchUp({ host }: Parts, project: Job<DecisionToProject>): Job<CatchUp> {
  return defineJob({
    name: 'findings.catch-up',
    schema: CatchUp,
    key: ({ at }) => at,
    attempts: 10,
    backoff: { firstSeconds: 5, longestSeconds: 600 },
    timeoutMs: 1_800_000,
    run: async (_data, { tenantId, signal }) => {
      const acting = { tenantId, service: 'findings' };
      const scanner = host.client(SCANNER_ROUTES, { ...acting, scopes: ['scanner.read'] });
      const policy = host.client(POLICY_ROUTES, { ...acting, scopes: ['policy.read'] });
      const images = eachItem(async (cursor) => {
        const { body } = await scanner.listImages({
          query: { limit: 200, ...(cursor === undefined ? {} : { cursor }) },
        });
        return body;
      });
      for await (const { digest, name } of images) {
        signal.throwIfAborted();
        const decisions = eachItem(async (cursor) => {
          const query = { imageDigest: digest, limit: 50, ...(cursor === undefined ? {} : { cursor }) };
          return (await policy.listDecisions({ query })).body;
        });
        const last = await firstContinuous(decisions);
        await host.database.withTenant(tenantId, async (tx) => {
          await nameImage(tx, tenantId, digest, name);
          if (last !== undefined) await host.jobs.enqueue(tx, project, tenantId, last);
        });
      }
    },
  });
}

/** Decisions come newest first. */
async function firstContinuous(decisions: AsyncIterable<Decision>): Promise<DecisionToProject | undefined> {
  for await (const decision of decisions) {
    if (decision.purpose === 'continuous') return digestsOf(decision);
  }
  return undefined;
}

function digestsOf(decision: Decision): DecisionToProject {
  return {
    imageDigest: asDigest(decision.imageDigest),
    decisionId: asDigest(decision.id),
    findingsDigest: asDigest(decision.findingsDigest),
    verdictDigest: asDigest(decision.verdictDigest),
    advisorySnapshot: asDigest(decision.advisorySnapshot),
    evaluatedAt: decision.evaluatedAt,
  };
}

function asDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new Error('a contract let something pass that is no digest');
}
