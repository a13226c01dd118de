import { json } from '@stella-ops/platform/database';
import { sql } from 'kysely';
import type { EnvironmentTemplate } from '@stella-ops/contracts/deployments';
import type { Tx } from './tx.ts';

export async function findTemplate(tx: Tx, environmentId: string): Promise<EnvironmentTemplate | undefined> {
  const { rows } = await sql<EnvironmentTemplate>`
    select environment_id as "environmentId", kind, digest, services, strategy, batch_size as "batchSize",
           json_build_object('id', updated_by_id, 'name', updated_by_name) as "updatedBy", updated_at as "updatedAt"
    from releases.template where environment_id = ${environmentId}`.execute(tx);
  return rows[0];
}

export async function putTemplate(tx: Tx, tenantId: string, template: EnvironmentTemplate): Promise<void> {
  const { environmentId, kind, digest, services, strategy, batchSize, updatedBy, updatedAt } = template;
  await sql`
    insert into releases.template
      (tenant_id, environment_id, kind, digest, services, strategy, batch_size, updated_by_id, updated_by_name,
       updated_at)
    values (${tenantId}, ${environmentId}, ${kind}, ${digest}, ${json(services)}, ${strategy}, ${batchSize},
            ${updatedBy.id}, ${updatedBy.name}, ${updatedAt})
    on conflict (tenant_id, environment_id) do update
    set kind = excluded.kind, digest = excluded.digest, services = excluded.services, strategy = excluded.strategy,
        batch_size = excluded.batch_size, updated_by_id = excluded.updated_by_id,
        updated_by_name = excluded.updated_by_name, updated_at = excluded.updated_at`.execute(tx);
}
