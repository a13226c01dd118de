import { describe, expect, it } from 'vitest';
import { diffSentence, pinnedImages, releaseDiff } from './release-diff.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const release = (...images: readonly (readonly [string, string | null, string])[]) => ({
  components: images.map(([component, platform, letter]) => ({
    component,
    repository: `registry.shop.example/shop/${component}`,
    requested: '1.0',
    indexDigest: null,
    platforms: [{ platform: platform as 'linux/amd64' | null, manifestDigest: digest(letter), configDigest: null }],
  })),
});

describe('what a promotion changes', () => {
  it('pairs images by component and platform, changes first', () => {
    const before = release(['api', 'linux/amd64', 'a'], ['web', 'linux/amd64', 'b'], ['old', 'linux/amd64', 'c']);
    const after = release(['api', 'linux/amd64', 'a'], ['web', 'linux/amd64', 'd'], ['web', 'linux/arm64', 'e']);
    expect(releaseDiff(before, after).map(({ component, platform, change }) => [component, platform, change])).toEqual([
      ['web', 'linux/amd64', 'changed'],
      ['web', 'linux/arm64', 'added'],
      ['old', 'linux/amd64', 'removed'],
      ['api', 'linux/amd64', 'same'],
    ]);
  });

  it('names both digests of an image that changes', () => {
    const [change] = releaseDiff(release(['api', null, 'a']), release(['api', null, 'b']));
    expect(change).toMatchObject({ before: digest('a'), after: digest('b') });
  });

  it('calls every image new where nothing is yet', () => {
    const changes = releaseDiff(null, release(['api', null, 'a'], ['web', null, 'b']));
    expect(changes.map(({ change }) => change)).toEqual(['added', 'added']);
    expect(diffSentence(changes)).toBe('2 are new.');
  });

  it('says in one sentence what happens', () => {
    const before = release(['api', null, 'a'], ['web', null, 'b']);
    expect(diffSentence(releaseDiff(before, release(['api', null, 'a'], ['web', null, 'c'])))).toBe(
      '1 image changes, 1 stays the same.',
    );
    expect(diffSentence([])).toBe('Nothing changes.');
  });

  it('leaves out no digest of a release', () => {
    expect(pinnedImages(release(['api', null, 'a'], ['api', 'linux/arm64', 'b']))).toHaveLength(2);
  });
});
