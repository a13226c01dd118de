import { eachItem } from '@stella-ops/contracts';
import { fail } from '../errors.ts';

const PAGE = 200;

interface Page<T> {
  readonly body: { readonly items: readonly T[]; readonly next: string | null };
}

/** Every item of a paged list, read as far as somebody asks. */
export function wholeList<T>(
  read: (page: { limit: number; cursor?: string }) => Promise<Page<T>>,
): AsyncGenerator<T, void> {
  return eachItem(async (cursor) => (await read({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) })).body);
}

/** The first item that is it. */
export async function firstOf<T>(items: AsyncIterable<T>, isIt: (item: T) => boolean): Promise<T | undefined> {
  for await (const item of items) if (isIt(item)) return item;
  return undefined;
}

/**
 * Says that a name leads nowhere, and which command lists those that do.
 *
 * @throws always, `NAME_UNKNOWN`
 */
export function missing(kind: string, name: string, list: string): never {
  throw fail('NAME_UNKNOWN', `there is no ${kind} "${name.slice(0, 100)}"`, { hint: `See "${list}".` });
}
