import { AppError, EXIT } from '@stella-ops/engine-kernel';
import { OIDC } from '@stella-ops/contracts/authority';
import { type Client, createClient, httpTransport, type Routes } from '@stella-ops/contracts';
import { systemClock } from '@stella-ops/platform/runtime';

export interface Person {
  client<const R extends Routes>(routes: R): Client<R>;
}

/** Time that a request may take after its token was looked at. */
const SPARE_SECONDS = 60;

/** Logs a user in as the command line does, and answers with clients that act as that user for as long as it takes. */
export async function signIn(url: string, tenant: string, username: string, password: string): Promise<Person> {
  let login = await logIn(url, tenant, username, password);
  const authorize = async () => {
    if (systemClock.monotonicMs() >= login.endsMs) login = await logIn(url, tenant, username, password);
    return { authorization: login.authorization };
  };
  const transport = httpTransport({ baseUrl: url, authorize });
  return { client: (routes) => createClient(routes, transport) };
}

interface TokenAnswer {
  readonly access_token?: string;
  readonly expires_in?: number;
  readonly error_description?: string;
}

async function logIn(url: string, tenant: string, username: string, password: string) {
  const startedMs = systemClock.monotonicMs();
  const response = await fetch(`${url}/oidc/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: OIDC.passwordGrant,
      client_id: OIDC.cliClientId,
      tenant,
      username,
      password,
    }),
  });
  const answer = (await response.json()) as TokenAnswer;
  if (answer.access_token === undefined) {
    throw new AppError(
      'DEMO_SIGN_IN',
      {
        status: 500,
        exit: EXIT.unexpected,
        hint: 'The demo tenant is made once; remove the data folder to begin anew.',
      },
      `the demo user ${username} cannot sign in: ${answer.error_description ?? String(response.status)}`,
    );
  }
  return {
    authorization: `Bearer ${answer.access_token}`,
    endsMs: startedMs + ((answer.expires_in ?? 0) - SPARE_SECONDS) * 1000,
  };
}
