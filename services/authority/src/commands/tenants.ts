import { AUTHORITY_EVENTS, type AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { auditActor, recordAudit } from '@stella-ops/platform/audit';
import { publishEvent } from '@stella-ops/platform/events';
import { etagOfVersion, type Handler, type RequestContext, requireMatch } from '@stella-ops/platform/http';
import type { Json } from '@stella-ops/engine-kernel';
import type { Transaction } from 'kysely';
import { requireStrong } from '../domain/check-password.ts';
import { fail, unknown } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { tenantBody } from '../queries/bodies.ts';
import { isOperatorTenant } from '../queries/is-operator-tenant.ts';
import { setPassword } from '../store/passwords.ts';
import { enterTenant, insertTenant, lockTenant, updateTenant } from '../store/tenants.ts';
import { insertUser } from '../store/users.ts';

/** Operators only. The new tenant's trail begins with who made it. */
export function createTenant(parts: Parts): Handler<typeof AUTHORITY_ROUTES.createTenant> {
  const { host, ids, passwords } = parts;
  return async ({ body }, context) => {
    const { caller } = context;
    if (!(await isOperatorTenant(host, caller.tenantId)))
      throw fail('SCOPE_MISSING', 'only operators of the installation create tenants');
    requireStrong(body.administrator.password, body.administrator.name);
    const hash = await passwords.hash(body.administrator.password);
    return host.change(context, async (tx, change) => {
      const { at } = change;
      const row = { id: ids.uuid(), name: body.name, displayName: body.displayName, createdAt: at };
      const tenant = { ...row, isOperator: false, isActive: true, version: 1 };
      const user = { id: ids.uuid(), name: body.administrator.name };
      await enterTenant(tx, tenant.id);
      if (!(await insertTenant(tx, tenant))) throw fail('TENANT_EXISTS', `there is a tenant ${body.name} already`);
      const account = { ...user, displayName: user.name, email: null, roles: ['administrator'], createdAt: at };
      await insertUser(tx, tenant.id, account);
      await setPassword(tx, tenant.id, user.id, hash, at);
      await publishEvent(tx, AUTHORITY_EVENTS.userChanged, {
        id: ids.uuid(),
        tenantId: tenant.id,
        occurredAt: at,
        data: { userId: user.id, name: user.name, isActive: true },
      });
      const details = { name: body.name, administrator: user.name };
      await auditInTenant(parts, tx, context, tenant.id, details);
      await enterTenant(tx, caller.tenantId);
      change.audit({ type: 'tenant', id: tenant.id }, details);
      return { status: 201, body: tenantBody(tenant), headers: { etag: etagOfVersion(1) } };
    });
  };
}

/** Operators change all tenants, others their own name at most. */
export function changeTenant(parts: Parts): Handler<typeof AUTHORITY_ROUTES.updateTenant> {
  const { host, accounts } = parts;
  return async ({ params, body }, context) => {
    const { caller } = context;
    const isOwn = params.tenantId === caller.tenantId;
    if (!isOwn && !(await isOperatorTenant(host, caller.tenantId))) throw unknown('tenant', params.tenantId);
    const reply = await host.change(context, async (tx, change) => {
      await enterTenant(tx, params.tenantId);
      const tenant = await lockTenant(tx, params.tenantId);
      if (tenant === undefined) throw unknown('tenant', params.tenantId);
      requireMatch(context.ifMatch, etagOfVersion(tenant.version));
      const isActive = body.isActive ?? tenant.isActive;
      if (!isActive && (tenant.isOperator || isOwn))
        throw fail('TENANT_NEEDED', 'this tenant cannot be deactivated from within');
      const changed = { ...tenant, displayName: body.displayName ?? tenant.displayName, isActive };
      await updateTenant(tx, tenant.id, changed);
      const details = { name: tenant.name, displayName: changed.displayName, isActive };
      if (!isOwn) await auditInTenant(parts, tx, context, tenant.id, details);
      await enterTenant(tx, caller.tenantId);
      change.audit({ type: 'tenant', id: tenant.id }, details);
      const version = tenant.version + 1;
      const headers = { etag: etagOfVersion(version) };
      return { status: 200 as const, body: tenantBody({ ...changed, version }), headers };
    });
    accounts.forget();
    return reply;
  };
}

/** An entry in the trail of the tenant that is changed, beside that of the operator who changes it. */
function auditInTenant(
  { ids, clock }: Parts,
  tx: Transaction<unknown>,
  { caller, routeId, requestId }: RequestContext,
  tenantId: string,
  details: Readonly<Record<string, Json>>,
): Promise<unknown> {
  return recordAudit(tx, {
    id: ids.uuid(),
    tenantId,
    at: clock.now(),
    actor: auditActor(caller),
    action: routeId,
    target: { type: 'tenant', id: tenantId },
    outcome: 'done',
    requestId,
    details,
  });
}
