import type { ObservedContainer } from '@stella-ops/contracts/deployments';
import { expect, test } from 'vitest';
import { certificateLook, containerLook } from './target-words.ts';

const container: ObservedContainer = {
  containerId: 'a',
  name: 'web',
  labels: {},
  imageId: 'sha256:0',
  repoDigests: [],
  state: 'running',
  health: 'healthy',
  startedAt: null,
};

test('what was seen before the agent fell silent is grey, never green', () => {
  expect(containerLook(container, 'online').tone).toBe('good');
  for (const status of ['stale', 'never_seen'] as const) expect(containerLook(container, status).tone).toBe('stale');
});

test('a container that runs and is not healthy is no good news', () => {
  expect(containerLook({ ...container, health: 'unhealthy' }, 'online').tone).toBe('failed');
  expect(containerLook({ ...container, state: 'exited' }, 'online').tone).toBe('failed');
  expect(containerLook({ ...container, health: 'starting' }, 'online').tone).toBe('gate');
});

test('a certificate is spoken of when its renewal is overdue', () => {
  const now = Date.parse('2026-11-21T00:00:00.000Z');
  expect(certificateLook('2026-12-21T00:00:00.000Z', now)).toBeUndefined();
  expect(certificateLook('2026-11-24T00:00:00.000Z', now)?.tone).toBe('gate');
  expect(certificateLook('2026-11-20T00:00:00.000Z', now)?.tone).toBe('failed');
});
