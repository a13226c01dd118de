import * as z from 'zod';

export const MAX_PAGE_SIZE = 200;
export const DEFAULT_PAGE_SIZE = 50;

/**
 * Members that the query of a paged route spreads into its own. A cursor is opaque to callers. It is not signed: it
 * only says where to go on in what the caller may read anyway, and the server checks its shape like any input.
 */
export const pageQuery = {
  limit: z.int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE),
  cursor: z.string().max(2048).optional(),
};

/** A page of a list: `next` is the cursor of the following page, null on the last one. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/**
 * All items of a paged list, page by page, as they are asked for.
 *
 * @param read reads the page at a cursor; `undefined` means the first one
 */
export async function* eachItem<T>(read: (cursor: string | undefined) => Promise<Page<T>>): AsyncGenerator<T, void> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield* page.items;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}
