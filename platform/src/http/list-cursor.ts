import { fail, type Route } from '@stella-ops/contracts';
import { digestOf, hexOf } from '@stella-ops/engine-kernel';
import type { AnyReply } from './endpoint.ts';

/** Which list a cursor goes on in. Lists sort by keys of like shapes: in another one it would skip rows unseen. */
const tagOf = ({ id }: Route): string => `${hexOf(digestOf(id)).slice(0, 8)}.`;

/**
 * The query of a paged route with the cursor as its handler wrote it.
 *
 * @throws AppError `CURSOR_INVALID` for a cursor of another list
 */
export function openCursor(route: Route, query: unknown): unknown {
  if (route.paging !== true) return query;
  const { cursor } = query as { readonly cursor?: string };
  if (cursor === undefined) return query;
  const tag = tagOf(route);
  if (!cursor.startsWith(tag)) throw fail('CURSOR_INVALID', 'the cursor belongs to another list or filter');
  return { ...(query as object), cursor: cursor.slice(tag.length) };
}

/** The page of a paged route with a cursor that only this route takes. */
export function closeCursor(route: Route, reply: AnyReply): AnyReply {
  if (route.paging !== true) return reply;
  const { next } = reply.body as { readonly next?: unknown };
  return typeof next === 'string'
    ? { ...reply, body: { ...(reply.body as object), next: tagOf(route) + next } }
    : reply;
}
