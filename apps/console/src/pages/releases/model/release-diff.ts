import type { Release } from '@stella-ops/contracts/releases';

/** What is pinned for one component on one platform. */
export interface PinnedImage {
  readonly component: string;
  readonly platform: string | null;
  readonly digest: string;
}

export interface ImageChange {
  readonly component: string;
  readonly platform: string | null;
  readonly change: 'added' | 'removed' | 'changed' | 'same';
  readonly before: string | null;
  readonly after: string | null;
}

/** Every digest of a release, in the order of its components. */
export function pinnedImages(release: Pick<Release, 'components'>): PinnedImage[] {
  return release.components.flatMap(({ component, platforms }) =>
    platforms.map(({ platform, manifestDigest }) => ({ component, platform, digest: manifestDigest })),
  );
}

/**
 * What takes the place of what when `after` comes where `before` is; null: nothing is there yet. Changes come before
 * what stays as it is.
 */
export function releaseDiff(
  before: Pick<Release, 'components'> | null,
  after: Pick<Release, 'components'>,
): ImageChange[] {
  const old = new Map(pinnedImages(before ?? { components: [] }).map((image) => [keyOf(image), image]));
  const fresh = pinnedImages(after).map((image): ImageChange => {
    const was = old.get(keyOf(image));
    old.delete(keyOf(image));
    const change = was === undefined ? 'added' : was.digest === image.digest ? 'same' : 'changed';
    return {
      component: image.component,
      platform: image.platform,
      change,
      before: was?.digest ?? null,
      after: image.digest,
    };
  });
  const gone = [...old.values()].map(({ component, platform, digest }): ImageChange => ({
    component,
    platform,
    change: 'removed',
    before: digest,
    after: null,
  }));
  const all = [...fresh, ...gone];
  return [...all.filter(({ change }) => change !== 'same'), ...all.filter(({ change }) => change === 'same')];
}

/** `2 images change, 1 stays.` */
export function diffSentence(changes: readonly ImageChange[]): string {
  const count = (change: ImageChange['change']): number => changes.filter((one) => one.change === change).length;
  const part = (n: number, one: string, many: string): string[] => (n === 0 ? [] : [`${n} ${n === 1 ? one : many}`]);
  const parts = [
    ...part(count('changed'), 'image changes', 'images change'),
    ...part(count('added'), 'is new', 'are new'),
    ...part(count('removed'), 'goes away', 'go away'),
    ...part(count('same'), 'stays the same', 'stay the same'),
  ];
  return parts.length === 0 ? 'Nothing changes.' : `${parts.join(', ')}.`;
}

const keyOf = ({ component, platform }: PinnedImage): string => `${component} ${platform ?? ''}`;
