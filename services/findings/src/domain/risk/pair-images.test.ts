import { expect, test } from 'vitest';
import { digestOf } from '@stella-ops/engine-kernel';
import { pairImages } from './pair-images.ts';

type Pinned = readonly [component: string, platform: string | null, image: string];

const release = (...images: readonly Pinned[]) => ({
  components: images.map(([component, platform, image]) => ({
    component,
    repository: `registry.example/shop/${component}`,
    requested: '1.0',
    indexDigest: null,
    platforms: [{ platform, manifestDigest: digestOf(image), configDigest: null }],
  })),
});
const paired = (...sides: Parameters<typeof pairImages>) =>
  pairImages(...sides).map(({ component, platform, change }) => [component, platform, change]);

test('images are paired by component and platform', () => {
  const before = release(['web', 'linux/amd64', 'a'], ['web', 'linux/arm64', 'b'], ['old', 'linux/amd64', 'c']);
  const after = release(['new', 'linux/amd64', 'd'], ['web', 'linux/arm64', 'e'], ['web', 'linux/amd64', 'a']);
  expect(paired(before, after)).toEqual([
    ['new', 'linux/amd64', 'added'],
    ['web', 'linux/arm64', 'changed'],
    ['web', 'linux/amd64', 'same'],
    ['old', 'linux/amd64', 'removed'],
  ]);
});

test('an image without a platform takes the place of the only other one of its component', () => {
  expect(paired(release(['web', null, 'a']), release(['web', 'linux/amd64', 'b']))).toEqual([
    ['web', 'linux/amd64', 'changed'],
  ]);
  // Which of two it replaces is not known.
  const two = release(['web', 'linux/amd64', 'b'], ['web', 'linux/arm64', 'c']);
  expect(paired(release(['web', null, 'a']), two).map(([, , change]) => change)).toEqual(['added', 'added', 'removed']);
  // Two platforms are two images.
  expect(paired(release(['web', 'linux/amd64', 'a']), release(['web', 'linux/arm64', 'b']))).toHaveLength(2);
});

test('where nothing was, every image is added', () => {
  expect(paired(undefined, release(['web', null, 'a']))).toEqual([['web', null, 'added']]);
});
