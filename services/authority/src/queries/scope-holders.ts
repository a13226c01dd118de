import { Id, parseScope } from '@stella-ops/contracts';
import type { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import type { Handler } from '@stella-ops/platform/http';
import { scopesOfRoles } from '../domain/roles.ts';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { activeUsers } from '../store/scope-holders.ts';

/**
 * Who of those asked about may do something now: by the rows and not by what this process remembers of accounts, since
 * others decide on it.
 */
export function listHolders({ host }: Parts): Handler<typeof AUTHORITY_ROUTES.listHolders> {
  return async ({ query }, { caller: { tenantId } }) => {
    const scope = parseScope(query.scope);
    if (scope === undefined) throw fail('SCOPE_UNKNOWN', `there is no scope "${query.scope}"`);
    const ids = [...new Set(query.userId)].filter((id) => Id.safeParse(id).success);
    const users = await host.database.withTenant(tenantId, (tx) => activeUsers(tx, tenantId, ids), {
      isReadOnly: true,
    });
    const holders = users.filter(({ roles }) => scopesOfRoles(roles).has(scope)).map(({ id }) => id);
    return { status: 200, body: { holders } };
  };
}
