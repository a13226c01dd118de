import { type ByteStream, isSchema, type Route, type StreamEvent } from '@stella-ops/contracts';
import * as z from 'zod';
import type { AnyReply } from './endpoint.ts';
import { encodeEvents } from './event-stream.ts';

/** An answer ready for the wire. Header names are in lower case. */
export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | AsyncIterable<Uint8Array> | undefined;
}

/**
 * Turns a handler's answer into bytes. JSON goes through the schema, so that a member which the contract does not name
 * cannot leave.
 *
 * @throws Error when the handler broke its contract: a fault of ours, never of the caller
 */
export function encodeReply(route: Route, reply: AnyReply, heartbeatMs: number, signal: AbortSignal): WireReply {
  const declared = Object.hasOwn(route.responses, reply.status) ? route.responses[reply.status] : undefined;
  if (declared === undefined) throw new Error(`${route.id} answered with undeclared status ${reply.status}`);
  const { status, headers = {} } = reply;
  if (isSchema(declared)) {
    const checked = z.safeParse(declared, reply.body);
    if (!checked.success) throw new Error(`${route.id} broke its contract: ${z.prettifyError(checked.error)}`);
    return { status, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(checked.data) };
  }
  switch (declared.kind) {
    case 'empty':
      return { status, headers, body: undefined };
    case 'bytes': {
      const { contentType, content } = reply.body as ByteStream;
      return { status, headers: { ...headers, 'content-type': contentType }, body: content };
    }
    case 'events': {
      const source = reply.body as (signal: AbortSignal) => AsyncIterable<StreamEvent<unknown>>;
      const body = encodeEvents((stop) => checkedEvents(source(stop), declared.item), heartbeatMs, signal);
      return { status, headers: { ...headers, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }, body };
    }
  }
}

async function* checkedEvents(
  events: AsyncIterable<StreamEvent<unknown>>,
  item: z.core.$ZodType,
): AsyncGenerator<StreamEvent<unknown>, void> {
  for await (const event of events) {
    yield event.event === 'reset' ? event : { ...event, data: z.parse(item, event.data) };
  }
}
