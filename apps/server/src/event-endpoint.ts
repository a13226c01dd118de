import { type StreamEvent } from '@stella-ops/contracts';
import { EVENTS } from '@stella-ops/contracts/catalogue';
import { type Announcement, EVENT_ROUTES } from '@stella-ops/contracts/events';
import { currentPosition, readEvents } from '@stella-ops/platform/events';
import { type Endpoint, handle, resetEvent } from '@stella-ops/platform/http';
import type { ServiceHost } from '@stella-ops/platform/service';

const PAGE = 200;
const SCOPE_OF = new Map(EVENTS.map(({ type, scope }) => [type, scope]));

/** The one stream of everything that happens in a tenant, cut to what the caller's scopes allow. */
export function eventEndpoint(host: ServiceHost): Endpoint {
  return handle(EVENT_ROUTES.stream, async ({ query }, { caller, lastEventId }) => {
    const { tenantId, scopes } = caller;
    const isWanted = (type: string): boolean => {
      const scope = SCOPE_OF.get(type);
      return scope !== undefined && scopes.has(scope) && type.startsWith(query.prefix ?? '');
    };
    const from = lastEventId === undefined ? await currentPosition(host.database, tenantId) : positionOf(lastEventId);
    return { status: 200, body: (signal) => follow(host, tenantId, from, isWanted, signal) };
  });
}

async function* follow(
  host: ServiceHost,
  tenantId: string,
  from: bigint,
  isWanted: (type: string) => boolean,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent<Announcement>, void> {
  let after = from;
  let wake = Promise.withResolvers<void>();
  const subscription = await host.onEvents(() => wake.resolve());
  signal.addEventListener('abort', () => wake.resolve(), { once: true });
  try {
    while (!signal.aborted) {
      const woken = wake.promise;
      const page = await readEvents(host.database, tenantId, after, PAGE);
      if (page.kind === 'reset') yield resetEvent(page.position);
      else {
        for (const { id, type, version, data, occurredAt, position } of page.events) {
          if (isWanted(type))
            yield { id: String(position), event: type, data: { id, type, version, occurredAt, data } };
        }
      }
      after = page.position;
      if (page.kind === 'events' && page.events.length === PAGE) continue;
      await woken;
      wake = Promise.withResolvers();
    }
  } finally {
    await subscription.close();
  }
}

/**
 * A position that is none of this stream is older or newer than what is kept: the reader is told to read anew. One of 19
 * digits may be more than the database counts to.
 */
const positionOf = (text: string): bigint => (/^(?:0|[1-9]\d{0,17})$/.test(text) ? BigInt(text) : -1n);
