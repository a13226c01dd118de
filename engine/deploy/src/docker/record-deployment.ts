import { join } from 'node:path';
import { type ComposePlan, lockFile } from '@stella-ops/engine-compose';
import { digestOfJson, type Timestamp } from '@stella-ops/engine-kernel';
import { writeDurably } from '../durable-file.ts';
import type { StepFacts } from '../types.ts';

/** Writes `compose.stella.lock.yml` and, last, `stella.version.json`. @throws AppError `DEPLOY_DISK` */
export function recordDeployment(folder: string, plan: ComposePlan, recordedAt: Timestamp): Promise<StepFacts> {
  return Promise.resolve().then(() => {
    writeDurably(join(folder, 'compose.stella.lock.yml'), lockFile(plan));
    const { project, deploymentId, releaseId, environment } = plan;
    const version = {
      format: 'stella.version/v1',
      project,
      environment,
      releaseId,
      deploymentId,
      planDigest: digestOfJson(plan),
      services: plan.services.map(({ name, component, image }) => ({
        service: name,
        component,
        image: image.reference,
        manifestDigest: image.manifestDigest,
        configDigest: image.configDigest,
      })),
      recordedAt,
    };
    writeDurably(join(folder, 'stella.version.json'), `${JSON.stringify(version, null, 2)}\n`);
    return {};
  });
}
