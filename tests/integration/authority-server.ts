import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, httpTransport, type Routes, SCOPES } from '@stella-ops/contracts';
import { AUTHORITY_ROUTES, OIDC } from '@stella-ops/contracts/authority';
import type { Database } from '@stella-ops/platform/database';
import { createHttpServer } from '@stella-ops/platform/http';
import { loadConfig, systemIds } from '@stella-ops/platform/runtime';
import { type OpenHost, openHost } from '@stella-ops/platform/service';
import { service as authority } from '@stella-ops/service-authority';
import { hostParts } from '@stella-ops/testkit/server';

export interface TokenAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
  readonly scope: string;
  readonly expires_in: number;
  readonly error?: string;
  readonly error_description?: string;
}

export interface Person {
  readonly tenant: string;
  readonly name: string;
  readonly password: string;
}

export interface AuthorityServer {
  readonly host: OpenHost;
  /** Lines of the log. */
  readonly log: readonly string[];
  readonly url: string;
  readonly secretsDir: string;
  readonly admin: Person;
  token(form: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<TokenAnswer>;
  passwordToken(person: Person, scope?: string): Promise<TokenAnswer>;
  bearer<const R extends Routes>(routes: R, token: string): Client<R>;
  /** A client of Authority as somebody who has just logged in. */
  as(person: Person): Promise<Client<typeof AUTHORITY_ROUTES>>;
  /** A tenant of its own, with an administrator. */
  tenant(): Promise<Person & { readonly id: string }>;
  user(by: Client<typeof AUTHORITY_ROUTES>, tenant: string, roles: readonly string[]): Promise<Person & { id: string }>;
  close(): Promise<void>;
}

export const PASSWORD = 'a horse eats 7 carrots';

const limits = {
  headersTimeoutMs: 10_000,
  keepAliveTimeoutMs: 5000,
  stallTimeoutMs: 30_000,
  maxHeaderBytes: 16_384,
  maxConnections: 200,
};

/**
 * Authority behind a real port.
 *
 * @param folder where its secrets are; the caller's to remove
 */
export async function openAuthorityServer(
  database: Database,
  folder: string,
  config: Readonly<Record<string, unknown>> = {},
): Promise<AuthorityServer> {
  const secretsDir = join(folder, 'secrets');
  const log: string[] = [];
  const settings = { secretsDir, demoUsers: true, requestsPerSecond: 10_000, ...config };
  const files = [{ path: 'test.yaml', text: JSON.stringify({ authority: settings }) }];
  const host = await openHost({
    services: [authority],
    database,
    config: loadConfig({ authority: authority.config }, { files, env: {}, flags: {}, readFile: () => '' }),
    ...hostParts(folder, log),
    served: () => undefined,
  });
  const server = createHttpServer({
    endpoints: host.endpoints,
    pipeline: host.pipeline,
    mounts: host.mounts,
    limits,
    traceId: () => systemIds.uuid().replaceAll('-', ''),
    failed: (error) => {
      throw error;
    },
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const admin = {
    tenant: 'demo',
    name: 'admin',
    password: readFileSync(join(secretsDir, 'admin-password'), 'utf8').trim(),
  };

  const token: AuthorityServer['token'] = async (form, headers = {}) => {
    const response = await fetch(`${url}/oidc/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(form),
    });
    const answer = (await response.json()) as TokenAnswer;
    return { ...answer, status: response.status, retryAfter: response.headers.get('retry-after') };
  };
  const passwordToken: AuthorityServer['passwordToken'] = ({ tenant, name: username, password }, scope) =>
    token({
      grant_type: OIDC.passwordGrant,
      client_id: OIDC.cliClientId,
      tenant,
      username,
      password,
      ...(scope === undefined ? {} : { scope }),
    });
  const bearer: AuthorityServer['bearer'] = (routes, accessToken) => {
    const authorization = `Bearer ${accessToken}`;
    return createClient(routes, httpTransport({ baseUrl: url, authorize: () => Promise.resolve({ authorization }) }));
  };
  const as: AuthorityServer['as'] = async (person) => {
    const answer = await passwordToken(person);
    if (answer.status !== 200) throw new Error(`${person.name} cannot log in: ${answer.error_description ?? ''}`);
    return bearer(AUTHORITY_ROUTES, answer.access_token);
  };
  // Checking a password is slow on purpose: the administrator of the installation logs in once.
  let operator: Promise<Client<typeof AUTHORITY_ROUTES>> | undefined;
  let serial = 0;
  const fresh = (word: string): string => `${word}-${systemIds.uuid().slice(9, 18)}-${++serial}`;
  return {
    host,
    log,
    url,
    secretsDir,
    admin,
    token,
    passwordToken,
    bearer,
    as,
    tenant: async () => {
      const name = fresh('tenant');
      const administrator = { name: 'root', password: PASSWORD };
      const { body } = await (
        await (operator ??= as(admin))
      ).createTenant({ body: { name, displayName: name, administrator } });
      return { id: body.id, tenant: name, ...administrator };
    },
    user: async (by, tenant, roles) => {
      const name = fresh('user');
      const { body } = await by.createUser({
        body: { name, displayName: name, roles: [...roles], password: PASSWORD },
      });
      return { id: body.id, tenant, name, password: PASSWORD };
    },
    close: async () => {
      await server.drain({ noticeMs: 0, deadlineMs: 2000 });
      await host.close(5000);
    },
  };
}

export const temporarySecrets = (): { readonly folder: string; remove(): void } => {
  const folder = mkdtempSync(join(tmpdir(), 'stella-authority-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
};

export const ALL_SCOPES = Object.keys(SCOPES);
