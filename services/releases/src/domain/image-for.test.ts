import type { Release } from '@stella-ops/contracts/releases';
import { digestOf } from '@stella-ops/engine-kernel';
import { expect, test } from 'vitest';
import { imagesFor } from './image-for.ts';
import { projectName } from '@stella-ops/engine-compose';

const release = (platforms: readonly (string | null)[]): Release =>
  ({
    components: [
      {
        component: 'web',
        repository: 'registry.example/web',
        platforms: platforms.map((platform) => ({
          platform,
          manifestDigest: digestOf(String(platform)),
          configDigest: null,
        })),
      },
    ],
  }) as unknown as Release;

test('a target gets the image of its own platform, and no other', () => {
  const many = release(['linux/amd64', 'linux/arm64']);
  expect(imagesFor(many, 'linux/arm64')['web']?.manifestDigest).toBe(digestOf('linux/arm64'));
  expect(imagesFor(many, 'linux/s390x')).toEqual({});
  expect(imagesFor(release(['linux/amd64']), 'linux/arm64')).toEqual({});
});

test('an image that names no platform is taken when it is the only one', () => {
  expect(imagesFor(release([null]), 'linux/arm64')['web']?.platform).toBeNull();
});

test('projects of long names differ and stay short enough for an engine', () => {
  const long = 'a'.repeat(63);
  const names = [projectName(long, 'web-1'), projectName(long, 'web-2'), projectName('prod', 'web-1')];
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9_-]{0,62}$/);
});
