import { type CallOptions, type ClientInput, createClient, type Output, type Route } from '@stella-ops/contracts';
import { nowMs } from './ambient.ts';
import { browserTransport } from './transport.ts';

/** What a route answered. */
export interface Answer<R extends Route> {
  readonly body: Output<R>['body'];
  readonly etag: string | undefined;
  /** When it was asked for: screens say "as of". */
  readonly asOfMs: number;
}

/**
 * Calls one route as the person who is signed in. Inside components use `useApi` and `useCommand`.
 *
 * @throws AppError with the code, hint and trace id of the server's problem
 */
export async function callApi<const R extends Route>(
  route: R,
  input: ClientInput<R>,
  options?: CallOptions,
): Promise<Answer<R>> {
  const asOfMs = nowMs();
  const reply = await createClient<{ readonly call: Route }>({ call: route }, browserTransport).call(input, options);
  return { body: reply.body as Output<R>['body'], etag: reply.header('etag'), asOfMs };
}
