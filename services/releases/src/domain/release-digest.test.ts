import { digestOf } from '@stella-ops/engine-kernel';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { imageDigestsOf, releaseDigest, scannedPlatform } from './release-digest.ts';

const platform = (name: string) => ({
  platform: name,
  manifestDigest: digestOf(`${name} manifest`),
  configDigest: digestOf(`${name} config`),
});
const web = {
  component: 'web',
  repository: 'registry.example/shop/web',
  indexDigest: digestOf('index'),
  platforms: [platform('linux/amd64'), platform('linux/arm64')],
};
const api = { ...web, component: 'api', indexDigest: null, platforms: [platform('linux/arm64')] };

test('the order of components and platforms changes no digest; anything that runs does', () => {
  const digest = releaseDigest('shop', '1.0.0', 'verified', [web, api]);
  const turned = { ...web, platforms: web.platforms.toReversed() };
  expect(releaseDigest('shop', '1.0.0', 'verified', [api, turned])).toBe(digest);
  const others = [
    releaseDigest('shop', '1.0.0', 'unverified', [web, api]),
    releaseDigest('shop', '1.0.1', 'verified', [web, api]),
    releaseDigest('shop', '1.0.0', 'verified', [web]),
    releaseDigest('shop', '1.0.0', 'verified', [{ ...web, platforms: [platform('linux/amd64')] }, api]),
    releaseDigest('shop', '1.0.0', 'verified', [{ ...web, repository: 'registry.example/other/web' }, api]),
  ];
  expect(new Set([digest, ...others]).size).toBe(others.length + 1);
});

test('what stands beside the digests, such as the tag that was asked for, changes none', () => {
  fc.assert(
    fc.property(fc.string(), (requested) => {
      const named = { ...web, requested };
      return releaseDigest('a', '1.0.0', 'verified', [named]) === releaseDigest('a', '1.0.0', 'verified', [web]);
    }),
  );
});

test('an image is known by index, manifest and config digest, each once', () => {
  expect(imageDigestsOf([web, api])).toHaveLength(5);
  expect(imageDigestsOf([{ indexDigest: null, platforms: [{ ...platform('a/b'), configDigest: null }] }])).toEqual([
    digestOf('a/b manifest'),
  ]);
});

test('linux/amd64 is scanned where there is one', () => {
  expect(scannedPlatform(web.platforms.toReversed())?.platform).toBe('linux/amd64');
  expect(scannedPlatform(api.platforms)?.platform).toBe('linux/arm64');
  expect(scannedPlatform([])).toBeUndefined();
});
