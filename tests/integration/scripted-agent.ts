import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import type { Client, Output } from '@stella-ops/contracts';
import type { AGENT_ROUTES, ObservedContainer, Step } from '@stella-ops/contracts/deployments';
import type { ComposePlan } from '@stella-ops/engine-compose';
import { systemClock } from '@stella-ops/platform/runtime';

export type Task = NonNullable<Output<(typeof AGENT_ROUTES)['takeTask']>['body']['task']>;
const SEEN = { softwareVersion: '1.0.0', platform: 'linux/amd64' } as const;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Says what an agent says, and does nothing. */
export class ScriptedAgent {
  readonly routes: Client<typeof AGENT_ROUTES>;

  constructor(routes: Client<typeof AGENT_ROUTES>) {
    this.routes = routes;
  }

  async poll(waitMs = 0) {
    return (await this.routes.takeTask({ body: { waitMs, ...SEEN } })).body;
  }

  /** Asks as agents do, again and again. */
  async take(waitMs = 25_000): Promise<Task> {
    for (let asked = 0; asked < 4; asked++) {
      const { task } = await this.poll(waitMs);
      if (task !== null) return task;
    }
    throw new Error('no task came');
  }

  progress({ id, fencingToken }: Pick<Task, 'id' | 'fencingToken'>, steps: Step[] = [], output = '') {
    return this.routes.reportProgress({ params: { taskId: id }, body: { fencingToken, steps, output } });
  }

  finish(task: Task, outcome: 'succeeded' | 'failed', steps: Step[] = [], receipt: object = receiptOf(task)) {
    const body = { fencingToken: task.fencingToken, outcome, steps, output: '', receipt: { ...receipt } };
    return this.routes.finishTask({ params: { taskId: task.id }, body });
  }

  fail(task: Task, message: string) {
    const error = { code: 'IMAGE_PULL_FAILED', message, hint: 'Try again.' };
    return this.finish(task, 'failed', [stepOf('pull', 'failed', error)]);
  }

  observe(targetId: string, containers: ObservedContainer[], observedAt = systemClock.now()) {
    return this.routes.observe({ body: { targetId, observedAt, engineVersion: '27.0', containers } });
  }
}

export const receiptOf = ({ deploymentId, planDigest }: Task) => ({
  format: 'stella.receipt/v1',
  deploymentId,
  planDigest,
});

export function stepOf(id: string, state: Step['state'], error: Step['error'] = null): Step {
  return {
    id,
    service: 'web',
    action: 'pull',
    sentence: 'Pull the image of web',
    state,
    startedAt: null,
    finishedAt: null,
    error,
  };
}

/** What runs after a plan was carried out. */
export function running(plan: unknown): ObservedContainer[] {
  return (plan as ComposePlan).services.map(({ name, image, labels }) => ({
    containerId: `container-of-${name}`,
    name,
    labels: { ...labels },
    imageId: image.manifestDigest,
    repoDigests: [image.reference],
    state: 'running',
    health: 'healthy',
    startedAt: null,
  }));
}

/** A key and a certificate request, PEM each. */
export async function makeRequest(name = 'agent'): Promise<{ readonly key: string; readonly csr: string }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create(
    { name: [{ CN: [name] }], keys, signingAlgorithm: ALGORITHM },
    webcrypto,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' });
  return { key: key.toString(), csr: request.toString('pem') };
}
