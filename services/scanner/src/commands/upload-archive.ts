import type { ByteStream, Principal } from '@stella-ops/contracts';
import { AppError, type Digest } from '@stella-ops/engine-kernel';
import type { RequestContext } from '@stella-ops/platform/http';
import type { Job } from '@stella-ops/platform/jobs';
import { scanAnswer } from '../domain/answers.ts';
import { checkedArchive } from '../domain/archive-head.ts';
import { fail } from '../errors.ts';
import { dropUpload } from '../jobs/drop-upload.ts';
import type { ScanJobData } from '../jobs/scan-image.ts';
import type { Parts } from '../parts.ts';
import { lockDigest } from '../store/locks.ts';
import { insertScan } from '../store/scans.ts';
import { requester } from './create-scan.ts';

/**
 * Keeps an uploaded archive and queues its scan. An upload that breaks off leaves nothing.
 *
 * @throws AppError `ARCHIVE_INVALID`, `BODY_TOO_LARGE`, `UPLOAD_LOST`
 */
export async function uploadArchive(
  parts: Parts,
  job: Job<ScanJobData>,
  context: RequestContext & { readonly caller: Principal },
  sent: { readonly name: string; readonly platform?: string | undefined; readonly body: ByteStream },
) {
  const { host, ids } = parts;
  const { caller } = context;
  const uploadDigest = await keep(parts, caller.tenantId, sent.body);
  try {
    return await host.change(context, async (tx, change) => {
      const { tenantId } = change;
      // From here to the commit nobody takes the bytes away; whoever did so before makes this upload one that never was.
      await lockDigest(tx, 'upload', tenantId, uploadDigest);
      if (!(await host.objects.tenant(tenantId, 'uploads').has(uploadDigest))) {
        throw fail('UPLOAD_LOST', 'the archive was removed while it was recorded');
      }
      const id = ids.uuid();
      const scan = await insertScan(tx, {
        tenantId,
        id,
        kind: 'archive',
        source: sent.name,
        platform: sent.platform ?? null,
        uploadDigest,
        ...requester(caller),
        createdAt: change.at,
      });
      await host.jobs.enqueue(tx, job, tenantId, { scanId: id });
      change.audit({ type: 'scan', id }, { name: sent.name, upload: uploadDigest });
      return { status: 202 as const, body: scanAnswer(scan) };
    });
  } catch (error) {
    await dropUpload(parts, caller.tenantId, uploadDigest).catch(() => undefined);
    throw error;
  }
}

async function keep({ host, config }: Parts, tenantId: string, body: ByteStream): Promise<Digest> {
  try {
    const store = host.objects.tenant(tenantId, 'uploads');
    const options = { maxBytes: config.maxUploadBytes };
    return (await store.putStream(checkedArchive(body.content), options)).digest;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'BLOB_TOO_LARGE') throw error;
    throw fail('BODY_TOO_LARGE', `the archive is over ${config.maxUploadBytes} bytes`, { cause: error });
  }
}
