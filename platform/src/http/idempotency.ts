import { actorOf, fail, type Principal, type Route } from '@stella-ops/contracts';
import { type Digest, digestOf } from '@stella-ops/engine-kernel';

/** A finished answer, as it is kept and sent again. */
export interface StoredReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** One use of a key. `token` tells it from a later use of the same key after this one was given up. */
export interface IdempotencyClaim {
  readonly tenantId: string;
  readonly actorId: string;
  readonly routeId: string;
  readonly key: string;
  readonly fingerprint: Digest;
  readonly token: string;
}

export type Begun =
  | { readonly state: 'new' }
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly reply: StoredReply }
  | { readonly state: 'other-request' };

/**
 * Remembers answers by key. A store on the database should let a handler call `finish` in its own transaction, through
 * `context.idempotency`: then a crash between the change and the record cannot make the change happen twice. So
 * `finish` is called once more afterwards and must bear that.
 */
export interface IdempotencyStore {
  begin(claim: IdempotencyClaim): Promise<Begun>;
  finish(claim: IdempotencyClaim, reply: StoredReply): Promise<void>;
  /** The request failed: the key may be used again. Does nothing once the claim is finished. */
  forget(claim: IdempotencyClaim): Promise<void>;
}

/** @throws AppError `IDEMPOTENCY_KEY_INVALID` */
export function claimOf(
  route: Route,
  caller: Principal | undefined,
  key: string,
  request: string,
  token: string,
): IdempotencyClaim {
  if (!/^[!-~]{1,200}$/.test(key))
    throw fail('IDEMPOTENCY_KEY_INVALID', 'the idempotency key is not 1 to 200 visible characters');
  return {
    tenantId: caller?.tenantId ?? '',
    actorId: caller === undefined ? '' : actorOf(caller),
    routeId: route.id,
    key,
    fingerprint: digestOf(request),
    token,
  };
}

/**
 * Runs work once for a key.
 *
 * @throws AppError `IDEMPOTENCY_KEY_REUSED` for another request under the key, `IDEMPOTENCY_IN_PROGRESS` while the
 *   first is running, or what the work throws; then the key is free again
 */
export async function once(
  store: IdempotencyStore,
  claim: IdempotencyClaim,
  work: () => Promise<StoredReply>,
): Promise<{ reply: StoredReply; isReplay: boolean }> {
  const begun = await store.begin(claim);
  switch (begun.state) {
    case 'done':
      return { reply: begun.reply, isReplay: true };
    case 'running':
      throw fail('IDEMPOTENCY_IN_PROGRESS', 'a request with this key is still running');
    case 'other-request':
      throw fail('IDEMPOTENCY_KEY_REUSED', 'this key was used for another request');
    case 'new':
      break;
  }
  let reply: StoredReply;
  try {
    reply = await work();
  } catch (error) {
    // Why the work failed is what the caller needs to know; what became of the key is the store's business.
    await store.forget(claim).catch(() => undefined);
    throw error;
  }
  await store.finish(claim, reply);
  return { reply, isReplay: false };
}
