import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { defineJob } from '@stella-ops/platform/jobs';
import * as z from 'zod';
import { announceDeployment } from '../deployment/announce.ts';
import type { Deps, ReleasesJobs } from '../deps.ts';
import { deploymentStatement } from '../domain/deployment-statement.ts';
import { findDeployment, lockDeployment, setBundle } from '../store/deployments.ts';
import { findRelease } from '../store/releases.ts';
import { tasksOf } from '../store/tasks.ts';

/** Has the end of a deployment signed and logged: which receipts its targets gave for which digests. */
export function sealDeploymentJob(deps: Deps): ReleasesJobs['sealDeployment'] {
  return defineJob({
    name: 'releases.seal-deployment',
    schema: z.strictObject({ deploymentId: z.string(), finishedAt: z.string() }),
    key: ({ deploymentId, finishedAt }) => `${deploymentId}/${finishedAt}`,
    attempts: 20,
    backoff: { firstSeconds: 1, longestSeconds: 600 },
    timeoutMs: 60_000,
    run: async ({ deploymentId, finishedAt }, { tenantId, signal }) => {
      const found = await deps.host.database.withTenant(
        tenantId,
        async (tx) => {
          const deployment = await findDeployment(tx, deploymentId);
          if (deployment?.finishedAt !== finishedAt || deployment.bundleDigest !== null) return undefined;
          const release = await findRelease(tx, deployment.releaseId);
          return release === undefined ? undefined : { deployment, release, tasks: await tasksOf(tx, [deploymentId]) };
        },
        { isReadOnly: true },
      );
      // Resumed since: the end that comes has a receipt of its own.
      if (found === undefined) return;
      const statement = deploymentStatement(found.deployment, found.release, found.tasks);
      const attestor = deps.host.client(ATTESTOR_ROUTES, {
        tenantId,
        service: 'releases',
        scopes: ['attestor.attest'],
      });
      const { body } = await attestor.attest({ body: { statement: statement.toString('base64') } }, { signal });
      const { digest } = await deps.host.objects.tenant(tenantId, 'evidence').put(Buffer.from(body.bundle, 'base64'));
      await deps.host.database.withTenant(tenantId, async (tx) => {
        const deployment = await lockDeployment(tx, deploymentId);
        const at = deps.clock.now();
        const version = await setBundle(tx, deploymentId, finishedAt, digest, at);
        if (deployment === undefined || version === 0) return;
        const { state } = deployment;
        await announceDeployment(deps, tx, tenantId, deployment, { from: state, to: state, version, at });
        await deps.host.audit(tx, {
          tenantId,
          service: 'releases',
          action: 'releases.deployment.seal',
          target: { type: 'deployment', id: deploymentId },
          details: { bundleDigest: digest, logIndex: body.logIndex },
        });
      });
    },
  });
}
