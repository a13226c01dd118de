import { AppError, EXIT } from '@stella-ops/engine-kernel';
import { OIDC } from '@stella-ops/contracts/authority';
import { type Client, createClient, httpTransport, type Routes } from '@stella-ops/contracts';

export interface Person {
  client<const R extends Routes>(routes: R): Client<R>;
}

/** Logs a user in as the command line does, and answers with clients that act as that user. */
export async function signIn(url: string, tenant: string, username: string, password: string): Promise<Person> {
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
  const answer = (await response.json()) as { readonly access_token?: string; readonly error_description?: string };
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
  const authorization = `Bearer ${answer.access_token}`;
  const transport = httpTransport({ baseUrl: url, authorize: () => Promise.resolve({ authorization }) });
  return { client: (routes) => createClient(routes, transport) };
}
