import { beforeAll, expect, test } from 'vitest';
import { type Client, createClient, type Scope } from '@stella-ops/contracts';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import type { Database } from '@stella-ops/platform/database';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { sql } from 'kysely';
import { type AuthorityServer, openAuthorityServer, temporarySecrets } from './authority-server.ts';

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });
const APPROVE = 'promotion.approve';

describeEachEngine('who holds a scope now', (engine) => {
  let database: Database;
  let server: AuthorityServer;

  beforeAll(async () => {
    const secrets = temporarySecrets();
    database = await engine.database();
    server = await openAuthorityServer(database, secrets.folder);
    return async () => {
      await server.close();
      secrets.remove();
    };
  });

  /** Asks as a service does, within the process. */
  const holders = async (tenantId: string, userId: string[], scope = APPROVE, scopes: Scope[] = ['role.read']) => {
    const principal = { kind: 'service', id: 'releases', name: 'releases', tenantId, scopes: new Set(scopes) } as const;
    const client = createClient(AUTHORITY_ROUTES, server.host.transport(principal));
    return (await client.listHolders({ query: { scope, userId } })).body.holders;
  };
  const change = async (admin: Client<typeof AUTHORITY_ROUTES>, userId: string, body: object) => {
    const params = { userId };
    const { version } = (await admin.getUser({ params })).body;
    await admin.updateUser({ params, body }, { ifMatch: `"v${version}"` });
  };

  test('is told by roles and account as they are at that moment, of those asked about and nobody else', async () => {
    const root = await server.tenant();
    const admin = await server.as(root);
    const user = async (...roles: string[]) => (await server.user(admin, root.tenant, roles)).id;
    const [one, two, none] = [await user('approver'), await user('auditor', 'approver'), await user('auditor')];
    const ask = () => holders(root.id, [two, none, one, two]);
    expect(await ask()).toEqual([one, two]);
    expect(await holders(root.id, [one])).toEqual([one]);
    expect(await holders(root.id, [one, none], 'audit.read')).toEqual([none]);
    expect(await holders(root.id, [one, none], 'promotion:approve')).toEqual([one]);
    await change(admin, one, { roles: ['auditor'] });
    expect(await ask()).toEqual([two]);
    await change(admin, two, { isActive: false });
    expect(await ask()).toEqual([]);
    await change(admin, two, { isActive: true });
    expect(await ask()).toEqual([two]);
  });

  test('a role that this version does not know grants nothing, and who is no user holds nothing', async () => {
    const root = await server.tenant();
    const admin = await server.as(root);
    const { id } = await server.user(admin, root.tenant, ['approver']);
    await database.withTenant(root.id, (tx) =>
      sql`update authority.user_account set roles = '{approver-of-old}' where id = ${id}`.execute(tx),
    );
    expect(await holders(root.id, [id])).toEqual([]);
    expect(await holders(root.id, [systemIds.uuid(), 'releases', "'; --", id.toUpperCase()])).toEqual([]);
  });

  test('people of another tenant are answered like nobody; in a tenant that is switched off nobody holds anything', async () => {
    const [mine, other] = [await server.tenant(), await server.tenant()];
    const { id } = await server.user(await server.as(other), other.tenant, ['approver']);
    expect(await holders(mine.id, [id])).toEqual([]);
    expect(await holders(other.id, [id])).toEqual([id]);
    const operator = await server.as(server.admin);
    await operator.updateTenant({ params: { tenantId: other.id }, body: { isActive: false } }, { ifMatch: '*' });
    expect(await holders(other.id, [id])).toEqual([]);
  });

  test('needs the scope that reads who has roles, a scope that there is, and somebody to ask about', async () => {
    const { id } = await server.tenant();
    const asked = [systemIds.uuid()];
    await expect(holders(id, asked, APPROVE, ['user.read'])).rejects.toEqual(code('SCOPE_MISSING'));
    await expect(holders(id, asked, 'promotion.everything')).rejects.toEqual(code('SCOPE_UNKNOWN'));
    await expect(holders(id, [])).rejects.toEqual(code('REQUEST_INVALID'));
    await expect(
      holders(
        id,
        Array.from({ length: 101 }, () => systemIds.uuid()),
      ),
    ).rejects.toEqual(code('REQUEST_INVALID'));
  });
});
