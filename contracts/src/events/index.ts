import * as z from 'zod';
import { defineRoute, events } from '../route.ts';
import { Id, JsonValue, Timestamp } from '../schemas.ts';

export const Announcement = z.object({
  id: Id,
  type: z.string(),
  version: z.int(),
  occurredAt: Timestamp,
  data: JsonValue,
});
export type Announcement = z.infer<typeof Announcement>;

export const EVENT_ROUTES = {
  stream: defineRoute({
    id: 'events.stream',
    method: 'GET',
    path: '/api/v1/events',
    summary: 'Follow what happens in the tenant, as far as the caller may read it; resumes with Last-Event-ID',
    scopes: 'authenticated',
    query: z.strictObject({
      /** Beginning of the types wanted, such as `releases.`; default: all. */
      prefix: z.string().min(1).max(100).optional(),
    }),
    responses: { 200: events(Announcement) },
    errors: {},
  }),
} as const;
