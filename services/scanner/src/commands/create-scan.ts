import { actorOf, type Principal } from '@stella-ops/contracts';
import { formatReference } from '@stella-ops/engine-oci';
import type { RequestContext } from '@stella-ops/platform/http';
import type { Job } from '@stella-ops/platform/jobs';
import { scanAnswer } from '../domain/answers.ts';
import { readReference } from '../domain/registry-access.ts';
import type { ScanJobData } from '../jobs/scan-image.ts';
import type { Parts } from '../parts.ts';
import { insertScan } from '../store/scans.ts';

/**
 * Queues the scan of an image in a registry.
 *
 * @throws AppError `SOURCE_INVALID`, `REGISTRY_FORBIDDEN`
 */
export function createScan(
  { host, config, ids }: Parts,
  job: Job<ScanJobData>,
  context: RequestContext & { readonly caller: Principal },
  asked: { readonly source: string; readonly platform?: string | undefined },
) {
  const source = formatReference(readReference(asked.source, config));
  return host.change(context, async (tx, change) => {
    const { tenantId } = change;
    const id = ids.uuid();
    const scan = await insertScan(tx, {
      tenantId,
      id,
      kind: 'registry',
      source,
      platform: asked.platform ?? null,
      uploadDigest: null,
      ...requester(context.caller),
      createdAt: change.at,
    });
    await host.jobs.enqueue(tx, job, tenantId, { scanId: id });
    change.audit({ type: 'scan', id }, { source, platform: asked.platform ?? null });
    return { status: 202 as const, body: scanAnswer(scan) };
  });
}

/** Who is shown, and who is answerable. A service that asks for somebody has no name of him. */
export function requester(caller: Principal): { readonly requestedBy: string; readonly actorId: string } {
  return { requestedBy: caller.onBehalfOf ?? caller.name, actorId: actorOf(caller) };
}
