import { AppError } from '@stella-ops/engine-kernel/errors';
import { defineJob } from '@stella-ops/platform/jobs';
import * as z from 'zod';
import { deployPromotion, startPromotion } from '../deployment/deploy-promotion.ts';
import { GatesUnmet, isRefusal, noteNotDeployed } from '../deployment/gates-now.ts';
import { Outdated } from '../deployment/outdated.ts';
import type { Deps, ReleasesJobs } from '../deps.ts';
import { DEPLOY_OR_CANCEL } from '../domain/sentences.ts';

/** In whose name it deploys by itself. */
const BY_ITSELF = { id: 'releases', name: 'releases' } as const;
/** An hour and more for a service that does not answer. */
const ATTEMPTS = 20;

/** Deploys a promotion that was approved, where its environment has targets. */
export function deployPromotionJob(deps: Deps): ReleasesJobs['deployPromotion'] {
  return defineJob({
    name: 'releases.deploy-promotion',
    schema: z.strictObject({ promotionId: z.string(), because: z.string() }),
    key: ({ promotionId, because }) => `${promotionId}/${because}`,
    attempts: ATTEMPTS,
    backoff: { firstSeconds: 1, longestSeconds: 300 },
    timeoutMs: 120_000,
    concurrency: 4,
    run: async ({ promotionId }, { tenantId, signal, attempt }) => {
      try {
        await deployPromotion(deps, tenantId, promotionId, signal, (ready) =>
          deps.host.database.withTenant(tenantId, async (tx) => {
            const at = deps.clock.now();
            const reason = 'Deployed by itself after its approval';
            await startPromotion(deps, tx, tenantId, ready, { startedBy: BY_ITSELF, reason, at });
            await deps.host.audit(tx, {
              tenantId,
              service: 'releases',
              action: 'releases.deployment.start',
              target: { type: 'deployment', id: ready.prepared.id },
              details: { promotionId },
            });
          }),
        );
      } catch (error) {
        if (!(error instanceof AppError) || error.cause instanceof Outdated) throw error;
        if (error.cause instanceof GatesUnmet) {
          if (!error.cause.isPassing) return;
          // Its sentence says that it is asked again by itself.
          if (attempt < ATTEMPTS) throw error;
          return noteNotDeployed(deps, tenantId, promotionId, `${error.message} ${DEPLOY_OR_CANCEL}`);
        }
        // The end of the one that is under way is a reason of its own.
        if (error.code === 'DEPLOYMENT_RUNS') return;
        if (!isRefusal(error)) throw error;
        // One whose turn it is not (any more) needs no word.
        if (error.code !== 'DEPLOYMENT_STATE') await noteNotDeployed(deps, tenantId, promotionId, sentenceOf(error));
      }
    },
  });
}

const sentenceOf = ({ message, hint }: AppError): string =>
  `${message.charAt(0).toUpperCase()}${message.slice(1)}. ${hint} ${DEPLOY_OR_CANCEL}`;
