import type { ServiceHost } from '@stella-ops/platform/service';
import { findTenant } from '../store/tenants.ts';

/** Whether people of this tenant can be operators of the installation. */
export async function isOperatorTenant(host: Pick<ServiceHost, 'database'>, tenantId: string): Promise<boolean> {
  const tenant = await host.database.withTenant(tenantId, (tx) => findTenant(tx, tenantId), { isReadOnly: true });
  return tenant?.isOperator === true;
}
