import { type Principal, type Scope, SCOPES } from '@stella-ops/contracts';
import { fail } from '../errors.ts';
import { roleOf, scopesOfRoles, widerScope } from './roles.ts';

/**
 * Nobody gives away, or takes over, more than they have.
 *
 * @throws AppError `ROLE_UNKNOWN`, `ROLE_TOO_WIDE`
 */
export function requireMayGive(caller: Principal, roles: readonly string[], isOperatorTenant: boolean): void {
  for (const name of roles) {
    const role = roleOf(name);
    if (role === undefined) throw fail('ROLE_UNKNOWN', `there is no role "${name}"`);
    if (role.isOperatorOnly === true && !isOperatorTenant)
      throw fail('ROLE_TOO_WIDE', `only people of the first tenant can be ${name}`);
    const wider = widerScope(role.scopes, caller.scopes);
    if (wider !== undefined) throw fail('ROLE_TOO_WIDE', `the role ${name} grants ${wider}, which you do not have`);
  }
}

/**
 * Who sets the password of somebody with more rights, or changes that account, would have those rights.
 *
 * @throws AppError `ROLE_TOO_WIDE`
 */
export function requireMayChange(
  caller: Principal,
  user: { readonly name: string; readonly roles: readonly string[] },
): void {
  const wider = widerScope(scopesOfRoles(user.roles), caller.scopes);
  if (wider !== undefined) throw fail('ROLE_TOO_WIDE', `${user.name} may ${wider}, which you may not`);
}

/**
 * Scopes for a token or client, by their canonical names, each once.
 *
 * @throws AppError `SCOPE_UNKNOWN`, `ROLE_TOO_WIDE`
 */
export function givenScopes(caller: Principal, names: readonly string[]): readonly Scope[] {
  const known = new Set(Object.keys(SCOPES));
  const scopes = names.map((name) => {
    const scope = name.replaceAll(':', '.');
    if (!known.has(scope)) throw fail('SCOPE_UNKNOWN', `there is no scope "${name}"`);
    return scope as Scope;
  });
  const wider = widerScope(scopes, caller.scopes);
  if (wider !== undefined) throw fail('ROLE_TOO_WIDE', `you do not have ${wider} yourself`);
  return [...new Set(scopes)].sort((one, other) => (one < other ? -1 : 1));
}
