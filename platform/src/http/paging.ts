import { fail } from '@stella-ops/contracts';
import { canonicalBytes, digestOfJson, hexOf } from '@stella-ops/engine-kernel';
import * as z from 'zod';
import { findJsonTrap } from './inspect-json.ts';

interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Where to read: rows after this key, one more than the page holds. */
export interface OpenPage<K> {
  readonly after: K | undefined;
  /** For the query's `limit`: the extra row tells whether there is a next page. */
  readonly take: number;
  /** Cuts the rows to the page and names the cursor of the next one. */
  close<T>(rows: readonly T[], keyOf: (row: T) => K): { items: T[]; next: string | null };
}

/**
 * Opens a page of a key-set list. The cursor is bound to the filter: going on with another one would skip rows without
 * anybody noticing.
 *
 * @param query the route's whole query; what is not `limit` or `cursor` is the filter
 * @param key shape of the sort key, unique for each row; a cursor is input like any other
 * @throws AppError `CURSOR_INVALID`
 */
export function openPage<K>(query: PageQuery, key: z.ZodType<K>): OpenPage<K> {
  const { limit, cursor, ...filter } = query;
  const filterId = hexOf(digestOfJson(filter)).slice(0, 16);
  return {
    after: cursor === undefined ? undefined : readCursor(cursor, filterId, key),
    take: limit + 1,
    close(rows, keyOf) {
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const hasMore = rows.length > limit && last !== undefined;
      return { items, next: hasMore ? canonicalBytes([filterId, keyOf(last)]).toString('base64url') : null };
    },
  };
}

function readCursor<K>(cursor: string, filterId: string, key: z.ZodType<K>): K {
  const text = Buffer.from(cursor, 'base64url').toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fail('CURSOR_INVALID', 'the cursor is not one of this server', { cause });
  }
  // Keys of rows come out of the database: what it cannot hold was in none.
  if (findJsonTrap(text) !== undefined) throw fail('CURSOR_INVALID', 'the cursor is not one of this server');
  const parsed = z.tuple([z.literal(filterId), key]).safeParse(value);
  if (!parsed.success) throw fail('CURSOR_INVALID', 'the cursor belongs to another list or filter');
  return parsed.data[1];
}
