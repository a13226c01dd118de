import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Problem, Route, Routes } from '@stella-ops/contracts';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { ROUTES_BY_SERVICE } from '@stella-ops/contracts/catalogue';
import { fillShop } from '@stella-ops/app-server/demo';
import { isSettled } from '@stella-ops/testkit/server';
import { describeEachServer, inParts, makeTenant, type TestServer } from '@stella-ops/testkit/product';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { bodyFor, collectIds, missingIds, tenantTables } from './contract-inputs.ts';

/** Agents have a port of their own, where nobody has a token: `agents-mtls.test.ts`. */
const { agents: _agents, ...OF_TOKENS } = ROUTES_BY_SERVICE;
const ROUTES: readonly Route[] = Object.values(OF_TOKENS).flatMap((table: Routes) => Object.values(table));
/** Asked for what is unknown, these answer that it is nowhere. */
const ANSWERS_NOTHING: ReadonlySet<string> = new Set(['deployments.digests.get']);
const GUARDED = ROUTES.filter(({ scopes }) => scopes !== 'public');
const SCOPED = ROUTES.filter(({ scopes }) => typeof scopes !== 'string');
const WITH_IDS = SCOPED.filter(({ path }) => path.includes('{'));

/** Every route, asked by those who may not. The cases are made from the contracts: a new route is in them by itself. */
describeEachServer(
  'every route',
  (started) => {
    let server: TestServer;
    /** Ids of things that exist in the other tenant, and of things that exist nowhere, by parameter. */
    let existing: ReadonlyMap<string, string>;
    let adminToken: string;
    let tokens: ReadonlyMap<string, string>;
    let otherTenantId: string;

    beforeAll(async () => {
      server = await started();
      const other = await makeTenant(server, 'other');
      await fillShop(other);
      existing = await collectIds(other, server.agentUrl ?? '');
      while (!(await isSettled(server.database))) await delay(50);
      otherTenantId = (await other.admin.client(AUTHORITY_ROUTES).whoami({})).body.tenant.id;
      const mine = await makeTenant(server, 'mine');
      const token = async (name: string, scopes: string[]): Promise<string> => {
        const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
        return (await mine.admin.client(AUTHORITY_ROUTES).createToken({ body: { name, scopes, expiresAt } })).body
          .secret;
      };
      const { body } = await mine.admin.client(AUTHORITY_ROUTES).whoami({});
      adminToken = await token('all', body.scopes);
      tokens = new Map([
        ['audit.read', await token('audit', ['audit.read'])],
        ['component.read', await token('component', ['component.read'])],
      ]);
    }, 300_000);

    test.each(GUARDED.map((route) => [route.id, route] as const))('%s without a token is 401', async (_id, route) => {
      const answer = await ask(route, undefined, existing);
      expect(answer).toMatchObject({ status: 401, code: 'AUTH_REQUIRED' });
    });

    test.each(GUARDED.map((route) => [route.id, route] as const))(
      '%s with a forged token is 401',
      async (_id, route) => {
        const forged = `${adminToken.slice(0, -4)}AAAA`;
        expect(await ask(route, forged, existing)).toMatchObject({ status: 401, code: 'AUTH_INVALID' });
      },
    );

    test.each(SCOPED.map((route) => [route.id, route] as const))('%s without its scope is 403', async (_id, route) => {
      const scopes: readonly string[] = typeof route.scopes === 'string' ? [] : route.scopes;
      const [, token] = [...tokens].find(([scope]) => !scopes.includes(scope)) ?? [];
      expect(await ask(route, token, existing)).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
    });

    test.each(WITH_IDS.map((route) => [route.id, route] as const))(
      "%s answers another tenant's id as one that does not exist, and changes nothing",
      async (_id, route) => {
        let before = {};
        let after = {};
        // The server itself may do something in between: find a target silent, try a scan again. A route that changes something
        // does it each time.
        for (let attempt = 1; attempt <= 5; attempt++) {
          before = await countRows();
          const others = await ask(route, adminToken, existing);
          const missing = await ask(route, adminToken, missingIds());
          if (!ANSWERS_NOTHING.has(route.id)) expect(others.status).toBeGreaterThanOrEqual(400);
          expect(withoutIds(others)).toEqual(withoutIds(missing));
          after = await countRows();
          if (isDeepStrictEqual(before, after)) break;
        }
        expect(after).toEqual(before);
      },
    );

    test('every parameter of every path stands for something that the other tenant has', () => {
      const names = new Set(
        WITH_IDS.flatMap(({ path }) => [...path.matchAll(/\{([a-zA-Z]+)\}/g)].map(([, name]) => name)),
      );
      expect([...names].filter((name) => !existing.has(name ?? ''))).toEqual([]);
    });

    test.each(
      ROUTES.filter(({ paging, path }) => paging === true && !path.includes('{')).map(
        (route) => [route.id, route] as const,
      ),
    )("%s lists nothing of the other tenant's", async (_id, route) => {
      const answer = await ask(route, adminToken, existing);
      // Refused calls are on record with what the caller himself asked for.
      const { items } = answer.body as { readonly items: readonly { readonly outcome?: string }[] };
      const text = JSON.stringify(items.filter(({ outcome }) => outcome !== 'refused'));
      for (const id of existing.values()) if (id.length > 12) expect(text).not.toContain(id);
    });

    /** Rows of the other tenant in every table that has tenants. */
    async function countRows(): Promise<Record<string, bigint>> {
      const tables = await tenantTables(server.database);
      return server.database.withTenant(otherTenantId, async (tx) => {
        const counts: Record<string, bigint> = {};
        for (const table of tables) {
          const { rows } = await sql<{ n: bigint }>`select count(*) as n from ${sql.raw(table)}`.execute(tx);
          counts[table] = rows[0]?.n ?? 0n;
        }
        return counts;
      });
    }

    interface Answer {
      readonly status: number;
      readonly code: string | undefined;
      readonly body: unknown;
    }

    async function ask(route: Route, token: string | undefined, ids: ReadonlyMap<string, string>): Promise<Answer> {
      const target = route.path.replace(/\{([a-zA-Z]+)\}/g, (_, name: string) =>
        encodeURIComponent(ids.get(name) ?? 'x'),
      );
      const { body, contentType } = bodyFor(route);
      const response = await fetch(`${server.url}${target}${queryFor(route)}`, {
        method: route.method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(contentType === undefined ? {} : { 'content-type': contentType }),
          ...(route.ifMatch === true ? { 'if-match': '"v1"' } : {}),
        },
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(60_000),
      });
      if (response.headers.get('content-type') === 'text/event-stream') {
        await response.body?.cancel();
        return { status: response.status, code: undefined, body: undefined };
      }
      const text = await response.text();
      const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : text;
      return { status: response.status, code: (parsed as Partial<Problem>).code, body: parsed };
    }

    /** What tells one call from another, and the id that was asked for, may differ; nothing else may. */
    function withoutIds({ status, body }: Answer): unknown {
      let text = JSON.stringify(body);
      for (const id of [...existing.values(), ...missingIds().values()]) {
        text = text.replaceAll(new RegExp(`\\b${id}\\b`, 'g'), 'ID');
      }
      return { status, text: text.replace(/"traceId":"[^"]*"/, '') };
    }
  },
  // The same contracts over both wires: calls within a process there, calls between processes here.
  inParts,
);

/** Query parameters that a route cannot do without. */
function queryFor(route: Route): string {
  if (route.id === 'scanner.archives.upload' || route.id === 'scanner.sboms.import') return '?name=probe';
  return route.id === 'attestor.consistency.get' ? '?from=0&to=0' : '';
}
