import type { Input } from '@stella-ops/contracts';
import { type DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_EVENTS } from '@stella-ops/contracts/releases';
import type { RequestContext } from '@stella-ops/platform/http';
import { namesOf, readTemplate } from '../deployment/read-template.ts';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { personOf } from '../person.ts';
import { findEnvironment, lockEnvironment } from '../store/environments.ts';
import { putTemplate } from '../store/templates.ts';
import type { Tx } from '../store/tx.ts';

/** Gives an environment its template. What runs there is not touched; the next deployment is made from it. */
export async function setTemplate(
  { host }: Deps,
  { params, query, body }: Input<typeof DEPLOYMENTS_ROUTES.setTemplate>,
  context: RequestContext,
) {
  const { environmentId } = params;
  const { kind, strategy, batchSize } = query;
  const known = await host.database.withTenant(context.caller.tenantId, (tx) => findEnvironment(tx, environmentId), {
    isReadOnly: true,
  });
  if (known === undefined) throw fail('NOT_FOUND', 'there is no such environment');
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.content) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const services = namesOf(readTemplate(kind, bytes)).services;
  const { digest } = await host.objects.tenant(context.caller.tenantId, 'plans').put(bytes);
  return host.change(context, async (tx: Tx, change) => {
    await lockEnvironment(tx, environmentId);
    const updatedBy = personOf(context.caller);
    const template = {
      environmentId,
      kind,
      digest,
      services: [...services],
      strategy,
      batchSize,
      updatedBy,
      updatedAt: change.at,
    };
    await putTemplate(tx, change.tenantId, template);
    await change.publish(RELEASES_EVENTS.environmentChanged, { environmentId, name: known.name });
    change.audit({ type: 'environment', id: environmentId }, { template: digest, kind, strategy, batchSize });
    return { status: 200 as const, body: template };
  });
}
