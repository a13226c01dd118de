import type { Comparator, Order } from '../types.ts';

export interface Scheme {
  readonly id: string;
  isValid(version: string): boolean;
  /** Key of a version, see `sort-key.ts`. Never throws. */
  key(version: string): string;
}

const CACHE_SIZE = 8_192;
const MAX_CACHED_LENGTH = 256;

/**
 * A comparator whose order is the order of its keys, and so a total order whatever the scheme does. Keys of the
 * versions seen last are kept: matching compares few versions with many bounds.
 */
export function keyedComparator(scheme: Scheme): Comparator {
  const cache = new Map<string, string>();
  const keyOf = (version: string): string => {
    const known = cache.get(version);
    if (known !== undefined) return known;
    const key = scheme.key(version);
    if (version.length <= MAX_CACHED_LENGTH) {
      if (cache.size >= CACHE_SIZE) cache.clear();
      cache.set(version, key);
    }
    return key;
  };
  return {
    id: scheme.id,
    isValid: (version) => scheme.isValid(version),
    compare: (a, b): Order => {
      if (a === b) return 0;
      const left = keyOf(a);
      const right = keyOf(b);
      return left < right ? -1 : left > right ? 1 : 0;
    },
    sortKey: (version) => Buffer.from(keyOf(version), 'latin1'),
  };
}
