import type { SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import type { Handler } from '@stella-ops/platform/http';
import type { ServiceHost } from '@stella-ops/platform/service';
import { shownKey } from '../domain/shown-key.ts';
import { listKeys } from '../store/signing-keys.ts';

export function listSigningKeys({ database }: ServiceHost): Handler<typeof SIGNER_ROUTES.listKeys> {
  return async (_input, { caller: { tenantId } }) => {
    const rows = await database.withTenant(tenantId, (tx) => listKeys(tx, tenantId), { isReadOnly: true });
    return { status: 200, body: { keys: rows.map(shownKey) } };
  };
}
