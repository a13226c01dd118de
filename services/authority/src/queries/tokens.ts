import type { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { Id } from '@stella-ops/contracts';
import { type Handler, openPage } from '@stella-ops/platform/http';
import * as z from 'zod';
import type { Parts } from '../parts.ts';
import { listApiTokens } from '../store/api-tokens.ts';
import { listOAuthClients } from '../store/oauth-clients.ts';
import { clientBody, tokenBody } from './bodies.ts';

/** The caller's own; administrators see all of the tenant. */
export function listTokens({ host }: Parts): Handler<typeof AUTHORITY_ROUTES.listTokens> {
  return async ({ query }, { caller: { tenantId, id, scopes } }) => {
    const page = openPage(query, Id);
    const ownerId = scopes.has('user.write') ? undefined : id;
    const rows = await host.database.withTenant(
      tenantId,
      (tx) => listApiTokens(tx, tenantId, ownerId, page.after, page.take),
      { isReadOnly: true },
    );
    const { items, next } = page.close(rows, (token) => token.id);
    return { status: 200, body: { items: items.map(tokenBody), next } };
  };
}

export function listClients({ host }: Parts): Handler<typeof AUTHORITY_ROUTES.listClients> {
  return async ({ query }, { caller: { tenantId } }) => {
    const page = openPage(query, z.string());
    const rows = await host.database.withTenant(
      tenantId,
      (tx) => listOAuthClients(tx, tenantId, page.after, page.take),
      { isReadOnly: true },
    );
    const { items, next } = page.close(rows, ({ name }) => name);
    return { status: 200, body: { items: items.map(clientBody), next } };
  };
}
