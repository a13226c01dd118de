import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runServer, type RunningServer } from '@stella-ops/app-server';
import { type Person, signIn } from '@stella-ops/app-server/demo';
import { createClient, httpTransport } from '@stella-ops/contracts';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import type { Database } from '@stella-ops/platform/database';
import { afterAll, describe } from 'vitest';
import { temporaryFolder } from '../cli.ts';
import { freePort } from '../free-port.ts';
import { describeNeeding } from '../needs.ts';
import { testPostgres } from '../postgres.ts';

/** The whole product in this process, on a data folder of its own. */
export interface TestServer extends RunningServer {
  /** What the services stand on, for looking behind them. */
  readonly database: Database;
  signIn(tenant: string, user: string, password: string): Promise<Person>;
  readonly adminPassword: string;
}

export interface TestServerOptions {
  /** PostgreSQL in place of the embedded engine. */
  readonly databaseUrl?: string;
  readonly dataDir?: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Default: all. */
  readonly roles?: readonly string[];
}

/** Users that every test tenant has; the password is the same for all of them. */
export const TEST_PASSWORD = 'correct horse battery staple';

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'stella-server-'));
  let database: Database | undefined;
  const running = await runServer(
    options.databaseUrl === undefined ? {} : { STELLA_DATABASE__URL: options.databaseUrl },
    {
      'server.dataDir': dataDir,
      'http.port': '0',
      'http.apiPort': '0',
      'http.burst': '1000000',
      'http.perSecond': '1000000',
      'log.level': 'error',
      ...options.settings,
    },
    options.roles ?? ['all'],
    (opened) => (database = opened),
  );
  if (database === undefined) throw new Error('the server has no database');
  return {
    ...running,
    database,
    signIn: (tenant, user, password) => signIn(running.url, tenant, user, password),
    adminPassword: readFileSync(join(dataDir, 'secrets', 'admin-password'), 'utf8').trim(),
    stop: async () => {
      await running.stop();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** How `startParts` divides the product: the first part takes requests from outside. */
const PARTS = [
  ['authority', 'signer', 'attestor'],
  ['scanner', 'concelier', 'excititor', 'policy'],
  ['findings', 'evidence', 'releases'],
] as const;

/**
 * The product as three servers that reach each other over mutual TLS, on one PostgreSQL. The first of them is the front;
 * each is stopped by itself.
 */
export async function startParts(databaseUrl: string): Promise<readonly TestServer[]> {
  const dataDir = temporaryFolder('parts');
  const ports = await Promise.all(PARTS.map(() => freePort()));
  const addresses = PARTS.flatMap((services, at) =>
    services.map((service) => [`peers.${service}`, `https://127.0.0.1:${ports[at]}`] as const),
  );
  const started: TestServer[] = [];
  try {
    for (const [at, roles] of PARTS.entries()) {
      const settings = { ...Object.fromEntries(addresses), 'http.peerPort': String(ports[at]) };
      started.push(await startTestServer({ databaseUrl, dataDir, roles, settings }));
    }
  } catch (error) {
    for (const one of started) await one.stop();
    throw error;
  }
  const agentUrl = started.find((one) => one.agentUrl !== undefined)?.agentUrl;
  // Agents dial the part that knows them; tests ask the front for their address.
  return started.map((one) => ({ ...one, agentUrl }));
}

/** All parts as one server: what tests ask is the front. */
export async function inParts(databaseUrl: string): Promise<TestServer> {
  const parts = await startParts(databaseUrl);
  const [front] = parts;
  if (front === undefined) throw new Error('the product has parts');
  return {
    ...front,
    stop: async () => {
      for (const part of parts) await part.stop();
    },
  };
}

/** A tenant with an administrator, `rosa` (release manager) and `sam` (approver, security engineer). */
export async function makeTenant(
  server: Pick<TestServer, 'url' | 'adminPassword'>,
  name: string,
): Promise<Record<'admin' | 'rosa' | 'sam', Person>> {
  const operator = await signIn(server.url, 'demo', 'admin', server.adminPassword);
  await operator.client(AUTHORITY_ROUTES).createTenant({
    body: { name, displayName: name, administrator: { name: 'admin', password: TEST_PASSWORD } },
  });
  const admin = await signIn(server.url, name, 'admin', TEST_PASSWORD);
  const users = [
    { name: 'rosa', roles: ['release-manager'] },
    { name: 'sam', roles: ['approver', 'security-engineer'] },
  ];
  for (const user of users) {
    await admin
      .client(AUTHORITY_ROUTES)
      .createUser({ body: { ...user, displayName: user.name, password: TEST_PASSWORD } });
  }
  return {
    admin,
    rosa: await signIn(server.url, name, 'rosa', TEST_PASSWORD),
    sam: await signIn(server.url, name, 'sam', TEST_PASSWORD),
  };
}

/** A client with any token, or none. */
export function withToken(server: RunningServer, token: string | undefined): Person {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const transport = httpTransport({ baseUrl: server.url, authorize: () => Promise.resolve(authorization) });
  return { client: (routes) => createClient(routes, transport) };
}

/**
 * One test body against the product on both engines; the server is started on first use.
 *
 * @param onPostgres how it runs there: in one process, or in parts that call each other over the network
 */
export function describeEachServer(
  name: string,
  body: (server: () => Promise<TestServer>) => void,
  onPostgres: (databaseUrl: string) => Promise<TestServer> = (databaseUrl) => startTestServer({ databaseUrl }),
): void {
  const suite = (start: () => Promise<TestServer>) => () => {
    let started: Promise<TestServer> | undefined;
    afterAll(async () => {
      await (await started)?.stop();
    });
    body(() => (started ??= start()));
  };
  describe(
    `${name} (embedded)`,
    suite(() => startTestServer()),
  );
  describeNeeding(
    ['postgres'],
    `${name} (PostgreSQL)`,
    suite(() => onPostgres(testPostgres().createDatabase())),
  );
}
