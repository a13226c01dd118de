import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query';

/** Lists of more pages than this are not read again by themselves: that would be a request for each page. */
const MAX_PAGES = 3;

/** Has answers read again that may be old. Long lists are only marked; their page offers to show what is new. */
export function readAgain(
  client: QueryClient,
  isOld: (query: { readonly queryKey: QueryKey; readonly updatedAtMs: number }) => boolean = () => true,
): void {
  for (const isLong of [false, true]) {
    void client.invalidateQueries({
      predicate: ({ queryKey, state }) =>
        isOld({ queryKey, updatedAtMs: state.dataUpdatedAt }) &&
        (queryKey[2] === 'pages' && pageCount(state.data) > MAX_PAGES) === isLong,
      refetchType: isLong ? 'none' : 'active',
    });
  }
}

const pageCount = (data: unknown): number => (data as InfiniteData<unknown> | undefined)?.pages.length ?? 0;
