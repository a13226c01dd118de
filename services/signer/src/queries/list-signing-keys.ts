import type { SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import { publicKeyPem } from '@stella-ops/engine-envelope';
import type { Handler } from '@stella-ops/platform/http';
import type { ServiceHost } from '@stella-ops/platform/service';
import { listKeys } from '../store/signing-keys.ts';

export function listSigningKeys({ database }: ServiceHost): Handler<typeof SIGNER_ROUTES.listKeys> {
  return async (_input, { caller: { tenantId } }) => {
    const rows = await database.withTenant(tenantId, (tx) => listKeys(tx, tenantId), { isReadOnly: true });
    const keys = rows.map((row) => ({
      hint: row.hint,
      algorithm: row.algorithm,
      publicKeyPem: publicKeyPem(row.public_key),
      isActive: row.is_active,
      createdAt: row.created_at,
    }));
    return { status: 200, body: { keys } };
  };
}
