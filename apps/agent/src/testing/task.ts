import { modelOrThrow, readCompose, renderCompose } from '@stella-ops/engine-compose';
import { digestOf } from '@stella-ops/engine-kernel';
import type { Task } from '../tasks/task.ts';

const TEMPLATE = 'services:\n  web:\n    image: component:web\n';
export const TEST_TARGET = { id: '0193b6a0-0000-7000-8000-0000000000aa', name: 'web-1', kind: 'docker' } as const;

/** Task number `n` with a lease, and a plan as the control plane renders it. */
export function taskOf(n: number, fencingToken: number, change: Partial<Task> = {}): Task {
  const id = `0193b6a0-0000-7000-8000-${String(n).padStart(12, '0')}`;
  const { plan, digest } = renderCompose(modelOrThrow(readCompose(Buffer.from(TEMPLATE), 'compose.yaml')), {
    project: 'shop-prod',
    images: {
      web: {
        repository: 'registry.example/shop/web',
        manifestDigest: digestOf(`manifest ${n}`),
        configDigest: digestOf(`config ${n}`),
        platform: { os: 'linux', architecture: 'amd64' },
      },
    },
    labels: { deploymentId: id, releaseId: `release-${n}`, environment: 'prod' },
  });
  return {
    id,
    kind: 'deploy',
    target: TEST_TARGET,
    deploymentId: id,
    fencingToken,
    attempt: 1,
    leaseMs: 30_000,
    plan: JSON.parse(JSON.stringify(plan)) as Task['plan'],
    planDigest: digest,
    ...change,
  };
}
