import type { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import type { Handler } from '@stella-ops/platform/http';
import { givenScopes } from '../domain/giving.ts';
import { hashOfSecret, newSecret } from '../domain/secrets.ts';
import { fail, unknown } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { clientBody } from '../queries/bodies.ts';
import { deleteOAuthClient, insertOAuthClient } from '../store/oauth-clients.ts';

export function createClient({ host, ids, randomness }: Parts): Handler<typeof AUTHORITY_ROUTES.createClient> {
  return async ({ body }, context) => {
    const { caller } = context;
    const scopes = givenScopes(caller, body.scopes);
    const secret = newSecret(randomness);
    return host.change(context, async (tx, change) => {
      const client = { id: ids.uuid(), name: body.name, scopes, createdAt: change.at };
      if (!(await insertOAuthClient(tx, caller.tenantId, { ...client, secretHash: hashOfSecret(secret) })))
        throw fail('CLIENT_EXISTS', `there is a client ${body.name} already`);
      change.audit({ type: 'client', id: client.id }, { name: body.name, scopes: [...scopes] });
      return { status: 201, body: { client: clientBody({ ...client, isActive: true }), secret } };
    });
  };
}

export function deleteClient({ host, accounts }: Parts): Handler<typeof AUTHORITY_ROUTES.deleteClient> {
  return async ({ params }, context) => {
    const reply = await host.change(context, async (tx, change) => {
      const name = await deleteOAuthClient(tx, context.caller.tenantId, params.clientId);
      if (name === undefined) throw unknown('client', params.clientId);
      change.audit({ type: 'client', id: params.clientId }, { name });
      return { status: 204 as const, body: undefined };
    });
    accounts.forget();
    return reply;
  };
}
