import { type Client, createClient, type Transport } from '@stella-ops/contracts';
import { AGENT_ROUTES } from '@stella-ops/contracts/deployments';
import { problemOf } from '@stella-ops/contracts';
import type { AppError } from '@stella-ops/engine-kernel';

/** What a script answers to a request: a body, an error of the server, or nothing at all. */
export type Answer = { readonly body: unknown } | { readonly error: AppError } | 'unreachable';

/** The agent's routes over a wire that a test plays the server of. */
export function scriptedRoutes(
  answer: (name: string, body: Readonly<Record<string, unknown>>, signal: AbortSignal | undefined) => Promise<Answer>,
): Client<typeof AGENT_ROUTES> {
  const names = new Map(Object.entries(AGENT_ROUTES).map(([name, route]) => [route.id as string, name]));
  const transport: Transport = {
    async send(request) {
      const body = JSON.parse(request.body as string) as Record<string, unknown>;
      const answered = await answer(names.get(request.route.id) ?? '', body, request.signal);
      request.signal?.throwIfAborted();
      if (answered === 'unreachable') throw new Error('connection refused');
      const isError = 'error' in answered;
      const content = JSON.stringify(isError ? problemOf(answered.error, '0') : answered.body);
      const type = isError ? 'application/problem+json' : 'application/json';
      return {
        status: isError ? answered.error.status : Number(Object.keys(request.route.responses)[0]),
        header: (name) => (name === 'content-type' ? type : undefined),
        content: (async function* () {
          yield await Promise.resolve(Buffer.from(content));
        })(),
      };
    },
  };
  return createClient(AGENT_ROUTES, transport);
}
