import { AUTHORITY_ROUTES as ROUTES } from '@stella-ops/contracts/authority';
import { type Endpoint, handle } from '@stella-ops/platform/http';
import { changePassword } from './commands/change-password.ts';
import { createClient, deleteClient } from './commands/clients.ts';
import { changeTenant, createTenant } from './commands/tenants.ts';
import { createToken, revokeToken } from './commands/tokens.ts';
import { changeUser, createUser, resetPassword } from './commands/users.ts';
import type { Login } from './login.ts';
import type { Parts } from './parts.ts';
import { listAudit, verifyAudit } from './queries/audit.ts';
import { listHolders } from './queries/scope-holders.ts';
import { listTenants } from './queries/tenants.ts';
import { listClients, listTokens } from './queries/tokens.ts';
import { getUser, listRoles, listUsers, whoami } from './queries/users.ts';

export function authorityEndpoints(parts: Parts, login: Login): readonly Endpoint[] {
  return [
    handle(ROUTES.whoami, whoami(parts)),
    handle(ROUTES.listTenants, listTenants(parts)),
    handle(ROUTES.createTenant, createTenant(parts)),
    handle(ROUTES.updateTenant, changeTenant(parts)),
    handle(ROUTES.listUsers, listUsers(parts)),
    handle(ROUTES.createUser, createUser(parts)),
    handle(ROUTES.getUser, getUser(parts)),
    handle(ROUTES.updateUser, changeUser(parts)),
    handle(ROUTES.resetPassword, resetPassword(parts)),
    handle(ROUTES.changePassword, changePassword(parts, login)),
    handle(ROUTES.listRoles, listRoles()),
    handle(ROUTES.listHolders, listHolders(parts)),
    handle(ROUTES.listTokens, listTokens(parts)),
    handle(ROUTES.createToken, createToken(parts)),
    handle(ROUTES.revokeToken, revokeToken(parts)),
    handle(ROUTES.listClients, listClients(parts)),
    handle(ROUTES.createClient, createClient(parts)),
    handle(ROUTES.deleteClient, deleteClient(parts)),
    handle(ROUTES.listAudit, listAudit(parts)),
    handle(ROUTES.verifyAudit, verifyAudit(parts)),
  ];
}
