import { POLICY_EVENTS } from '@stella-ops/contracts/policy';
import { SCANNER_EVENTS } from '@stella-ops/contracts/scanner';
import { parseDigest } from '@stella-ops/engine-kernel';
import type { Consumer } from '@stella-ops/platform/events';
import type { Job } from '@stella-ops/platform/jobs';
import type { CatchUp } from './jobs/catch-up.ts';
import type { DecisionToProject } from './jobs/project-decision.ts';
import type { Parts } from './parts.ts';
import { nameImage, tenantsWithImages } from './store/images.ts';

/** Enqueues each continuous decision. Decisions for a promotion or on request speak of one moment, not of the image. */
export function decisionConsumer(parts: Parts, project: Job<DecisionToProject>, catchUp: Job<CatchUp>): Consumer {
  return {
    name: 'findings.decisions',
    types: [POLICY_EVENTS.decisionRecorded.type],
    handle: async (tx, { tenantId, data }) => {
      const decision = POLICY_EVENTS.decisionRecorded.data.parse(data);
      if (decision.purpose !== 'continuous') return;
      await parts.host.jobs.enqueue(tx, project, tenantId, {
        imageDigest: parseDigest(decision.imageDigest),
        decisionId: parseDigest(decision.decisionId),
        findingsDigest: parseDigest(decision.findingsDigest),
        verdictDigest: parseDigest(decision.verdictDigest),
        advisorySnapshot: parseDigest(decision.advisorySnapshot),
        evaluatedAt: decision.evaluatedAt,
      });
    },
    reset: () => catchUpEverywhere(parts, catchUp),
  };
}

/** Keeps what images are called, so that lists need not ask the scanner. */
export function imageNameConsumer(parts: Parts, catchUp: Job<CatchUp>): Consumer {
  return {
    name: 'findings.image-names',
    types: [SCANNER_EVENTS.imageScanned.type],
    handle: async (tx, { tenantId, data }) => {
      const { imageDigest, name } = SCANNER_EVENTS.imageScanned.data.parse(data);
      await nameImage(tx, tenantId, imageDigest, name);
    },
    reset: () => catchUpEverywhere(parts, catchUp),
  };
}

async function catchUpEverywhere({ host, clock }: Parts, catchUp: Job<CatchUp>): Promise<void> {
  const tenants = await host.database.withRelay(tenantsWithImages, { isReadOnly: true });
  for (const tenantId of tenants) {
    await host.database.withTenant(tenantId, (tx) => host.jobs.enqueue(tx, catchUp, tenantId, { at: clock.now() }));
  }
}
