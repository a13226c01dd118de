import { AUTHORITY_EVENTS, type AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { etagOfVersion, type Handler, requireMatch } from '@stella-ops/platform/http';
import type { Transaction } from 'kysely';
import { requireStrong } from '../domain/check-password.ts';
import { requireMayChange, requireMayGive } from '../domain/giving.ts';
import { fail, unknown } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { userBody } from '../queries/bodies.ts';
import { endLogins } from '../store/oidc-artifacts.ts';
import { setPassword } from '../store/passwords.ts';
import { findTenant, lockTenant } from '../store/tenants.ts';
import { countActiveWithRole, findUser, insertUser, lockUser, updateUser, type UserRow } from '../store/users.ts';

export function createUser({ host, ids, passwords }: Parts): Handler<typeof AUTHORITY_ROUTES.createUser> {
  return async ({ body }, context) => {
    const { caller } = context;
    requireStrong(body.password, body.name);
    const hash = await passwords.hash(body.password);
    return host.change(context, async (tx, change) => {
      const tenant = await findTenant(tx, caller.tenantId);
      if (tenant === undefined) throw unknown('tenant', caller.tenantId);
      const roles = distinct(body.roles);
      requireMayGive(caller, roles, tenant.isOperator);
      const user = {
        id: ids.uuid(),
        name: body.name,
        displayName: body.displayName,
        email: body.email ?? null,
        roles,
        createdAt: change.at,
      };
      if (!(await insertUser(tx, caller.tenantId, user)))
        throw fail('USER_EXISTS', `there is a user ${body.name} already`);
      await setPassword(tx, caller.tenantId, user.id, hash, change.at);
      await change.publish(AUTHORITY_EVENTS.userChanged, { userId: user.id, name: user.name, isActive: true });
      change.audit({ type: 'user', id: user.id }, { name: user.name, roles });
      const row = { ...user, isActive: true, lastLoginAt: null, version: 1 };
      return { status: 201, body: userBody(row), headers: { etag: etagOfVersion(1) } };
    });
  };
}

export function changeUser({ host, accounts }: Parts): Handler<typeof AUTHORITY_ROUTES.updateUser> {
  return async ({ params, body }, context) => {
    const { caller } = context;
    const { tenantId } = caller;
    const reply = await host.change(context, async (tx, change) => {
      // Changes of one tenant's accounts go one by one: two administrators cannot switch each other off.
      const tenant = await lockTenant(tx, tenantId);
      const user = await lockUser(tx, tenantId, params.userId);
      if (tenant === undefined || user === undefined) throw unknown('user', params.userId);
      requireMatch(context.ifMatch, etagOfVersion(user.version));
      requireMayChange(caller, user);
      const roles = body.roles === undefined ? user.roles : distinct(body.roles);
      requireMayGive(
        caller,
        roles.filter((role) => !user.roles.includes(role)),
        tenant.isOperator,
      );
      const changed: UserRow = {
        ...user,
        displayName: body.displayName ?? user.displayName,
        email: body.email === undefined ? user.email : body.email,
        roles,
        isActive: body.isActive ?? user.isActive,
      };
      await updateUser(tx, tenantId, changed);
      await requireAdministrator(tx, tenantId, user, tenant.isOperator);
      if (!changed.isActive) await endLogins(tx, tenantId, user.id);
      const { id: userId, name } = user;
      await change.publish(AUTHORITY_EVENTS.userChanged, { userId, name, isActive: changed.isActive });
      change.audit({ type: 'user', id: userId }, { name, roles: [...roles], isActive: changed.isActive });
      const version = user.version + 1;
      const headers = { etag: etagOfVersion(version) };
      return { status: 200 as const, body: userBody({ ...changed, version }), headers };
    });
    accounts.forget();
    return reply;
  };
}

/** A tenant without one could not be administrated again, an installation without operators not get another tenant. */
async function requireAdministrator(
  tx: Transaction<unknown>,
  tenantId: string,
  before: UserRow,
  isOperatorTenant: boolean,
): Promise<void> {
  for (const role of isOperatorTenant ? ['administrator', 'operator'] : ['administrator']) {
    const hadIt = before.isActive && before.roles.includes(role);
    if (hadIt && (await countActiveWithRole(tx, tenantId, role)) === 0)
      throw fail('LAST_ADMINISTRATOR', `${before.name} is the last active ${role}`);
  }
}

export function resetPassword({ host, passwords, accounts }: Parts): Handler<typeof AUTHORITY_ROUTES.resetPassword> {
  return async ({ params, body }, context) => {
    const { caller } = context;
    const { tenantId } = caller;
    const found = await host.database.withTenant(tenantId, (tx) => findUser(tx, tenantId, params.userId), {
      isReadOnly: true,
    });
    if (found === undefined) throw unknown('user', params.userId);
    requireStrong(body.password, found.name);
    const hash = await passwords.hash(body.password);
    const reply = await host.change(context, async (tx, change) => {
      const user = await lockUser(tx, tenantId, params.userId);
      if (user === undefined) throw unknown('user', params.userId);
      requireMayChange(caller, user);
      await setPassword(tx, tenantId, user.id, hash, change.at);
      await endLogins(tx, tenantId, user.id);
      change.audit({ type: 'user', id: user.id }, { name: user.name });
      return { status: 204 as const, body: undefined };
    });
    accounts.forget();
    return reply;
  };
}

const distinct = (roles: readonly string[]): readonly string[] => [...new Set(roles)].sort((a, b) => (a < b ? -1 : 1));
