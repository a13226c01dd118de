import { digestOf } from '@stella-ops/engine-kernel';
import type { RenderOptions } from '../types.ts';

/** A release of two components for tests. */
export function releaseOf(seed = 'one'): RenderOptions {
  const image = (name: string) => ({
    repository: `registry.example/shop/${name}`,
    manifestDigest: digestOf(`${seed} ${name} manifest`),
    configDigest: digestOf(`${seed} ${name} config`),
    platform: { os: 'linux', architecture: 'amd64' },
  });
  return {
    project: 'shop-production',
    images: { web: image('web'), api: image('api') },
    labels: { deploymentId: `deployment-${seed}`, releaseId: `release-${seed}`, environment: 'production' },
  };
}
