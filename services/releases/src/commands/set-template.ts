import type { Input } from '@stella-ops/contracts';
import { type DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_EVENTS } from '@stella-ops/contracts/releases';
import type { Digest } from '@stella-ops/engine-kernel';
import type { RequestContext } from '@stella-ops/platform/http';
import { namesOf, readTemplate } from '../deployment/read-template.ts';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { sweepLater } from '../jobs/sweep-objects.ts';
import { personOf } from '../person.ts';
import { findEnvironment, lockEnvironment } from '../store/environments.ts';
import { findTemplate, putTemplate } from '../store/templates.ts';
import type { Tx } from '../store/tx.ts';

/** Gives an environment its template. What runs there is not touched; the next deployment is made from it. */
export async function setTemplate(
  deps: Deps,
  { params, query, body }: Input<typeof DEPLOYMENTS_ROUTES.setTemplate>,
  context: RequestContext,
) {
  const { host } = deps;
  const { environmentId } = params;
  const { kind, strategy, batchSize } = query;
  const { known, present } = await host.database.withTenant(
    context.caller.tenantId,
    async (tx) => ({
      known: await findEnvironment(tx, environmentId),
      present: await findTemplate(tx, environmentId),
    }),
    { isReadOnly: true },
  );
  if (known === undefined) throw fail('NOT_FOUND', 'there is no such environment');
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.content) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const services = namesOf(readTemplate(kind, bytes)).services;
  const store = host.objects.tenant(context.caller.tenantId, 'plans');
  const { digest } = await store.put(bytes);
  // What is replaced counts as put now, and stays a day more: whoever copies the database copies the objects later.
  const replaced = present === undefined ? undefined : await store.get(present.digest as Digest);
  if (replaced !== undefined) await store.put(replaced);
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
    await sweepLater(deps, tx, change.tenantId);
    await change.publish(RELEASES_EVENTS.environmentChanged, { environmentId, name: known.name });
    change.audit({ type: 'environment', id: environmentId }, { template: digest, kind, strategy, batchSize });
    return { status: 200 as const, body: template };
  });
}
