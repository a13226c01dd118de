import type { ObservedContainer } from '@stella-ops/contracts/deployments';
import { expect, test } from 'vitest';
import { certificateLook, containerLook, imageDigestOf } from './target-words.ts';

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

test('an image is shown by the digest that was deployed, which its label tells only while nothing has drifted', () => {
  const manifest = 'sha256:1';
  const labelled = { ...container, labels: { 'stella.digest': manifest } };
  const deployed = { releaseId: 'r', drift: [] };
  const wrong = { kind: 'wrong_digest', service: 'web', sentence: '', expected: null, since: '' } as const;
  const drifted = { releaseId: 'r', drift: [{ ...wrong, observed: container.imageId }] };
  expect(imageDigestOf(labelled, deployed)).toBe(manifest);
  expect(imageDigestOf(labelled, { ...deployed, releaseId: null })).toBe(container.imageId);
  expect(imageDigestOf(labelled, drifted)).toBe(container.imageId);
  expect(imageDigestOf({ ...labelled, repoDigests: ['r/web@sha256:2'] }, drifted)).toBe('sha256:2');
  expect(imageDigestOf({ ...labelled, repoDigests: ['r/web@sha256:2', `r/web@${manifest}`] }, drifted)).toBe(manifest);
});
