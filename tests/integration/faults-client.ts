import { setTimeout as delay } from 'node:timers/promises';
import { createClient, httpTransport } from '@stella-ops/contracts';
import { AUTHORITY_ROUTES, OIDC } from '@stella-ops/contracts/authority';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { AppError } from '@stella-ops/engine-kernel';
import type { ServerProcess } from '@stella-ops/testkit/product';

/** What a request came to: done, or why not. */
export interface Attempt {
  readonly name: string;
  readonly error?: AppError;
}

/** Somebody with a token that outlives a busy database, who makes components and reads them back. */
export interface Writer {
  readonly token: string;
  /** One request, with a key of its own. */
  create(name: string): Promise<Attempt>;
  /** Asks until it is done: whatever may be tried again is, with the same key. @returns what stood in the way meanwhile */
  insist(name: string): Promise<readonly AppError[]>;
  /** Names of all components. */
  stored(): Promise<string[]>;
}

/** The administrator of the first tenant, with an API token: nothing to renew while the server is in trouble. */
export async function openWriter(server: ServerProcess): Promise<Writer> {
  const form = {
    grant_type: 'urn:stella:params:grant-type:password',
    client_id: OIDC.cliClientId,
    tenant: 'demo',
    username: 'admin',
    password: server.adminPassword,
  };
  const login = await logIn(server, form);
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const body = {
    name: 'writer',
    scopes: ['component.read', 'component.write', 'scanner.read', 'scanner.scan'],
    expiresAt,
  };
  const { secret: token } = (await createClient(AUTHORITY_ROUTES, transportOf(server, login)).createToken({ body }))
    .body;
  const releases = createClient(RELEASES_ROUTES, transportOf(server, token));

  const create = async (name: string): Promise<Attempt> => {
    try {
      await releases.createComponent(
        { body: { name, repository: 'registry.example/shop/part', description: 'x'.repeat(400) } },
        { idempotencyKey: name },
      );
      return { name };
    } catch (error) {
      if (error instanceof AppError) return { name, error };
      throw error;
    }
  };
  return {
    token,
    create,
    insist: async (name) => {
      const met: AppError[] = [];
      for (;;) {
        const { error } = await create(name);
        if (error === undefined) return met;
        if (!error.retryable) throw error;
        met.push(error);
        await delay(50);
      }
    },
    stored: async () => {
      const names: string[] = [];
      let cursor: string | undefined;
      do {
        const query = { limit: 200, ...(cursor === undefined ? {} : { cursor }) };
        const { body } = await releases.listComponents({ query });
        names.push(...body.items.map(({ name }) => name));
        cursor = body.next ?? undefined;
      } while (cursor !== undefined);
      return names;
    },
  };
}

/** Asks until it is let in: the database may just be coming back. */
async function logIn({ url }: ServerProcess, form: Readonly<Record<string, string>>): Promise<string> {
  for (const endsAtMs = performance.now() + 60_000; ;) {
    const answer = await fetch(`${url}/oidc/token`, { method: 'POST', body: new URLSearchParams(form) });
    const text = await answer.text();
    if (answer.ok) return (JSON.parse(text) as { access_token: string }).access_token;
    if (answer.status < 500 || performance.now() > endsAtMs) throw new Error(`${answer.status}: ${text}`);
    await delay(100);
  }
}

const transportOf = ({ url }: ServerProcess, token: string) =>
  httpTransport({ baseUrl: url, authorize: () => Promise.resolve({ authorization: `Bearer ${token}` }) });
