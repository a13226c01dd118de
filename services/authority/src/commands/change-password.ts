import type { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import type { Handler } from '@stella-ops/platform/http';
import { decodeJwt } from 'jose';
import { requireStrong } from '../domain/check-password.ts';
import { fail } from '../errors.ts';
import type { Login } from '../login.ts';
import { keyOfId } from '../oidc/artifact-adapter.ts';
import type { Parts } from '../parts.ts';
import { endLogins } from '../store/oidc-artifacts.ts';
import { setPassword } from '../store/passwords.ts';
import { findTenant } from '../store/tenants.ts';
import { findUser, lockUser } from '../store/users.ts';

/** The own password. Guessing the present one here meets the same limits as on the login page. */
export function changePassword(parts: Parts, login: Login): Handler<typeof AUTHORITY_ROUTES.changePassword> {
  const { host, passwords, accounts } = parts;
  return async ({ body }, context) => {
    const { caller } = context;
    const { tenantId } = caller;
    const [tenant, user] = await host.database.withTenant(
      tenantId,
      async (tx) => [await findTenant(tx, tenantId), await findUser(tx, tenantId, caller.id)] as const,
      { isReadOnly: true },
    );
    if (caller.kind !== 'user' || tenant === undefined || user === undefined)
      throw fail('PASSWORD_WRONG', 'the caller has no password');
    requireStrong(body.password, user.name);
    const checked = await login({
      tenant: tenant.name,
      userName: user.name,
      password: body.present,
      address: 'password change',
      client: 'password change',
    });
    if (!checked.ok) {
      if (checked.reason === 'wrong') throw fail('PASSWORD_WRONG', 'the present password is wrong');
      const retryAfterSeconds = checked.reason === 'blocked' ? checked.retryAfterSeconds : 1;
      throw fail('RATE_LIMITED', 'too many failed attempts', { details: { retryAfterSeconds } });
    }
    const hash = await passwords.hash(body.password);
    const reply = await host.change(context, async (tx, change) => {
      if ((await lockUser(tx, tenantId, user.id)) === undefined) throw fail('PASSWORD_WRONG', 'the user is gone');
      await setPassword(tx, tenantId, user.id, hash, change.at);
      await endLogins(tx, tenantId, user.id, ownGrantKey(context.header('authorization')));
      change.audit({ type: 'user', id: user.id }, { name: user.name });
      return { status: 204 as const, body: undefined };
    });
    accounts.forget();
    return reply;
  };
}

/** The login that the request came with goes on. Its token was verified on the way in. */
function ownGrantKey(authorization: string | undefined): string | undefined {
  const token = authorization?.split(' ').at(-1) ?? '';
  try {
    const { gid } = decodeJwt(token);
    return typeof gid === 'string' ? keyOfId(gid) : undefined;
  } catch {
    return undefined;
  }
}
