import type { Pages } from '../../api/index.ts';

const nothing = (): void => undefined;

/** Rows that are all here, in the form in which the grid takes them. */
export function localPages<T>(items: readonly T[], asOfMs?: number): Pages<T> {
  return {
    items,
    isPending: false,
    error: null,
    hasMore: false,
    isLoadingMore: false,
    asOfMs,
    isOutdated: false,
    loadMore: nothing,
    refetch: nothing,
    loadAll: () => Promise.resolve(items),
  };
}
