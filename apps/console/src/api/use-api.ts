import type { ClientInput, Output, Route } from '@stella-ops/contracts';
import type { AppError } from '@stella-ops/engine-kernel/errors';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { randomText } from './ambient.ts';
import { type Answer, callApi } from './call.ts';
import { readAgain } from './read-again.ts';

/** Reads a route; the event stream refreshes it. `data` is `{ body, etag, asOfMs }`. */
export function useApi<const R extends Route>(
  route: R,
  input: ClientInput<R>,
  options: {
    /** False: not asked for yet. */
    readonly isEnabled?: boolean;
    /** The last answer stays while the one for another input is on its way: filters do not blink. */
    readonly keepsPrevious?: boolean;
  } = {},
) {
  return useQuery<Answer<R>, AppError>({
    queryKey: [route.id, input],
    queryFn: ({ signal }) => callApi(route, input, { signal }),
    enabled: options.isEnabled ?? true,
    ...(options.keepsPrevious === true ? { placeholderData: keepPreviousData } : {}),
  });
}

type ItemOf<R extends Route> = Output<R>['body'] extends { readonly items: readonly (infer T)[] } ? T : never;

export interface Pages<T> {
  readonly items: readonly T[];
  readonly isPending: boolean;
  readonly error: AppError | null;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly asOfMs: number | undefined;
  /** Something changed since, and the list is too long to be read again by itself. */
  readonly isOutdated: boolean;
  readonly loadMore: () => void;
  /** From the first page. */
  readonly refetch: () => void;
  /** Every item of the filter, for files; at most `MAX_ALL`. */
  readonly loadAll: () => Promise<readonly T[]>;
}

const MAX_ALL = 200_000;
const PAGE = 100;

/** Reads a paged list page by page. */
export function usePages<const R extends Route>(
  route: R,
  input: ClientInput<R>,
  options: { readonly isEnabled?: boolean } = {},
): Pages<ItemOf<R>> {
  type Page = { readonly items: readonly ItemOf<R>[]; readonly next: string | null };
  const read = async (cursor: string | undefined, limit: number, signal?: AbortSignal) => {
    const { query } = input as { readonly query?: object };
    const paged = { ...input, query: { limit, ...query, ...(cursor === undefined ? {} : { cursor }) } };
    const answer = await callApi(route, paged as ClientInput<R>, signal === undefined ? {} : { signal });
    return { page: answer.body as Page, asOfMs: answer.asOfMs };
  };
  const client = useQueryClient();
  const queryKey = [route.id, input, 'pages'];
  const query = useInfiniteQuery({
    queryKey,
    // Comparing all rows with all rows before would take longer than drawing them.
    structuralSharing: false,
    queryFn: ({ pageParam, signal }) => read(pageParam, PAGE, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ page }) => page.next ?? undefined,
    enabled: options.isEnabled ?? true,
    placeholderData: keepPreviousData,
  });
  const pages = query.data?.pages;
  const items = useMemo(() => pages?.flatMap(({ page }) => page.items) ?? [], [pages]);
  return {
    items,
    isPending: query.isPending,
    error: query.error as AppError | null,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    asOfMs: pages?.[0]?.asOfMs,
    isOutdated: client.getQueryState(queryKey)?.isInvalidated === true && !query.isFetching,
    loadMore: () => void query.fetchNextPage({ cancelRefetch: false }),
    refetch: () => void client.resetQueries({ queryKey, exact: true }),
    loadAll: async () => {
      const all: ItemOf<R>[] = [];
      let cursor: string | undefined;
      do {
        const { page } = await read(cursor, 200);
        all.push(...page.items);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined && all.length < MAX_ALL);
      return all;
    },
  };
}

/**
 * Does something on the server. The answer is the server's; lists and details that it may have changed are read again.
 * A try that failed may be repeated: it keeps its idempotency key until it succeeds or the input is another.
 */
export function useCommand<const R extends Route>(route: R) {
  const client = useQueryClient();
  const attempt = useRef<{ readonly input: string; readonly key: string }>(undefined);
  return useMutation<Answer<R>, AppError, ClientInput<R> & { readonly ifMatch?: string }>({
    mutationFn: ({ ifMatch, ...input }) => {
      const text = JSON.stringify(input);
      if (attempt.current?.input !== text) attempt.current = { input: text, key: randomText() };
      return callApi(route, input as unknown as ClientInput<R>, {
        ...(route.idempotent === true ? { idempotencyKey: attempt.current.key } : {}),
        ...(ifMatch === undefined ? {} : { ifMatch }),
      });
    },
    onSuccess: () => {
      attempt.current = undefined;
      readAgain(client);
    },
  });
}
