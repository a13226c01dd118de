import type { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { type Handler, openPage } from '@stella-ops/platform/http';
import * as z from 'zod';
import type { Parts } from '../parts.ts';
import { listTenants as readTenants } from '../store/tenants.ts';
import { tenantBody } from './bodies.ts';
import { isOperatorTenant } from './is-operator-tenant.ts';

/** Operators (who may change tenants, in the first one) see all; everybody else the own one. */
export function listTenants({ host }: Parts): Handler<typeof AUTHORITY_ROUTES.listTenants> {
  return async ({ query }, { caller }) => {
    const page = openPage(query, z.string());
    const isOperator = caller.scopes.has('tenant.write') && (await isOperatorTenant(host, caller.tenantId));
    const rows = isOperator
      ? await host.database.withRelay((tx) => readTenants(tx, page.after, page.take), { isReadOnly: true })
      : await host.database.withTenant(caller.tenantId, (tx) => readTenants(tx, page.after, page.take), {
          isReadOnly: true,
        });
    const { items, next } = page.close(rows, ({ name }) => name);
    return { status: 200, body: { items: items.map(tenantBody), next } };
  };
}
