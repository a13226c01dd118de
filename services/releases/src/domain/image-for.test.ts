import type { Release } from '@stella-ops/contracts/releases';
import { digestOf } from '@stella-ops/engine-kernel';
import { expect, test } from 'vitest';
import { imagesFor } from './image-for.ts';

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
