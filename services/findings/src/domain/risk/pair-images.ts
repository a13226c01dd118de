import type { Release } from '@stella-ops/contracts/releases';

/** What a release pins for one component on one platform. */
export interface PinnedImage {
  readonly component: string;
  readonly platform: string | null;
  readonly manifestDigest: string;
  readonly configDigest: string | null;
}

export interface ImagePair {
  readonly component: string;
  readonly platform: string | null;
  readonly change: 'added' | 'removed' | 'changed' | 'same';
  readonly before: PinnedImage | undefined;
  readonly after: PinnedImage | undefined;
}

type Pinning = Pick<Release, 'components'>;

/**
 * Which image takes the place of which: the same component on the same platform. An image that names no platform takes the
 * place of the only other one of its component. In the order of the newer release, then of what only the older one has.
 *
 * @param before undefined: nothing was there
 */
export function pairImages(before: Pinning | undefined, after: Pinning): readonly ImagePair[] {
  const old = before === undefined ? [] : imagesOf(before);
  const fresh = imagesOf(after);
  const free = new Set(old);
  const take = (isIt: (image: PinnedImage) => boolean): PinnedImage | undefined => {
    for (const image of free) {
      if (!isIt(image)) continue;
      free.delete(image);
      return image;
    }
    return undefined;
  };
  const partners = new Map(
    fresh.map((image) => [
      image,
      take(({ component, platform }) => component === image.component && platform === image.platform),
    ]),
  );
  for (const image of fresh) {
    if (partners.get(image) !== undefined || countOf(fresh, image) > 1 || countOf(old, image) > 1) continue;
    const isUnnamed = (one: PinnedImage): boolean => one.platform === null || image.platform === null;
    partners.set(
      image,
      take((one) => one.component === image.component && isUnnamed(one)),
    );
  }
  return [
    ...fresh.map((image): ImagePair => {
      const partner = partners.get(image);
      const { component } = image;
      const platform = image.platform ?? partner?.platform ?? null;
      if (partner === undefined) return { component, platform, change: 'added', before: undefined, after: image };
      const change = partner.manifestDigest === image.manifestDigest ? 'same' : 'changed';
      return { component, platform, change, before: partner, after: image };
    }),
    ...[...free].map((image): ImagePair => {
      const { component, platform } = image;
      return { component, platform, change: 'removed', before: image, after: undefined };
    }),
  ];
}

const imagesOf = ({ components }: Pinning): readonly PinnedImage[] =>
  components.flatMap(({ component, platforms }) => platforms.map((platform) => ({ component, ...platform })));

const countOf = (images: readonly PinnedImage[], { component }: PinnedImage): number =>
  images.filter((one) => one.component === component).length;
