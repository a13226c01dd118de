import type { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { etagOfVersion, type Handler, openPage } from '@stella-ops/platform/http';
import * as z from 'zod';
import { ROLES } from '../domain/roles.ts';
import { unknown } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { findTenant } from '../store/tenants.ts';
import { findUser, listUsers as readUsers } from '../store/users.ts';
import { userBody } from './bodies.ts';

export function listUsers({ host }: Parts): Handler<typeof AUTHORITY_ROUTES.listUsers> {
  return async ({ query }, { caller: { tenantId } }) => {
    const page = openPage(query, z.string());
    const rows = await host.database.withTenant(tenantId, (tx) => readUsers(tx, tenantId, page.after, page.take), {
      isReadOnly: true,
    });
    const { items, next } = page.close(rows, ({ name }) => name);
    return { status: 200, body: { items: items.map(userBody), next } };
  };
}

export function getUser({ host }: Parts): Handler<typeof AUTHORITY_ROUTES.getUser> {
  return async ({ params }, { caller: { tenantId } }) => {
    const user = await host.database.withTenant(tenantId, (tx) => findUser(tx, tenantId, params.userId), {
      isReadOnly: true,
    });
    if (user === undefined) throw unknown('user', params.userId);
    return { status: 200, body: userBody(user), headers: { etag: etagOfVersion(user.version) } };
  };
}

export function listRoles(): Handler<typeof AUTHORITY_ROUTES.listRoles> {
  const roles = Object.entries(ROLES).map(([name, { summary, scopes }]) => ({ name, summary, scopes: [...scopes] }));
  return () => Promise.resolve({ status: 200, body: { roles } });
}

export function whoami({ host }: Parts): Handler<typeof AUTHORITY_ROUTES.whoami> {
  return async (_input, { caller }) => {
    const { kind, id, name, tenantId, scopes } = caller;
    const [tenant, user] = await host.database.withTenant(
      tenantId,
      async (tx) =>
        [await findTenant(tx, tenantId), kind === 'user' ? await findUser(tx, tenantId, id) : undefined] as const,
      { isReadOnly: true },
    );
    if (tenant === undefined) throw unknown('tenant', tenantId);
    return {
      status: 200,
      body: {
        kind,
        id,
        name,
        tenant: { id: tenantId, name: tenant.name },
        roles: [...(user?.roles ?? [])],
        scopes: [...scopes].sort((one, other) => (one < other ? -1 : 1)),
      },
    };
  };
}
