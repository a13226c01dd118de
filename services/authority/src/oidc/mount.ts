import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Mount, tokenBuckets } from '@stella-ops/platform/http';
import type { Provider } from 'oidc-provider';
import type { Login } from '../login.ts';
import type { Parts } from '../parts.ts';
import { findTenantOfUser } from '../store/users.ts';
import { answerInteraction } from './interactions.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { publicOrigin } from './origin.ts';
import { errorPage } from './pages/index.ts';
import { pageHeaders, writePage } from './pages/send-page.ts';
import { createProvider } from './provider.ts';

const PREFIX = '/oidc';
/** Logging in takes a handful of requests; a team behind one address must be able to do it at once. */
const BURST_SECONDS = 10;

/** The OIDC issuer under `/oidc`. */
export function oidcMount(parts: Parts, keys: IssuerKeys, login: Login): Mount {
  const { config, clock, logger, host, accounts } = parts;
  const perSecond = config.requestsPerSecond;
  const limiter = tokenBuckets({ burst: perSecond * BURST_SECONDS, perSecond, nowMs: () => clock.monotonicMs() });
  let current: { readonly signing: unknown; readonly provider: Provider; readonly answer: Answer } | undefined;

  /** The provider of the present keys. */
  const provider = (): NonNullable<typeof current> => {
    if (current?.signing !== keys.signing) {
      const made = createProvider(parts, keys, login);
      current = { signing: keys.signing, provider: made, answer: made.callback() };
    }
    return current;
  };

  const nameOf = async (accountId: string): Promise<string> => {
    const tenantId = await host.database.withRelay((tx) => findTenantOfUser(tx, accountId), { isReadOnly: true });
    return (tenantId === undefined ? undefined : (await accounts.user(tenantId, accountId))?.name) ?? 'nobody';
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const taken = limiter.take(request.socket.remoteAddress ?? '');
    if (!taken.ok) {
      response.setHeader('retry-after', String(taken.retryAfterSeconds));
      writePage(response, 429, errorPage('Too many requests. Wait a moment.'));
      return;
    }
    const origin = publicOrigin(request, config.issuer);
    // The provider builds its addresses from these, and is told to believe them: never what the request brought.
    request.headers['x-forwarded-proto'] = origin.protocol.slice(0, -1);
    request.headers['x-forwarded-host'] = origin.host;
    request.headers.host = origin.host;
    const path = request.url ?? PREFIX;
    const { provider: issuer, answer: respond } = provider();
    if (path.startsWith(`${PREFIX}/interaction/`)) {
      await answerInteraction(issuer, request, response, { config, login, nameOf });
      return;
    }
    for (const [name, value] of Object.entries(pageHeaders())) response.setHeader(name, value);
    // Mounted below a prefix: the provider tells its place from the difference of both.
    Object.assign(request, { originalUrl: path });
    request.url = path.slice(PREFIX.length).replace(/^(?!\/)/, '/');
    await respond(request, response);
  };

  return {
    prefix: PREFIX,
    handle: (request, response) => {
      answer(request, response).catch((error: unknown) => {
        logger.error('The issuer could not answer', { error });
        if (response.headersSent) response.destroy();
        else writePage(response, 500, errorPage('The server has a problem. Try again later.'));
      });
    },
  };
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;
