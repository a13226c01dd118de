import { SCANNER_ROUTES as ROUTES } from '@stella-ops/contracts/scanner';
import { type Endpoint, handle } from '@stella-ops/platform/http';
import type { Job } from '@stella-ops/platform/jobs';
import { createScan } from './commands/create-scan.ts';
import { importSbom } from './commands/import-sbom.ts';
import { uploadArchive } from './commands/upload-archive.ts';
import { imageAnswer } from './domain/answers.ts';
import type { ScanJobData } from './jobs/scan-image.ts';
import type { Parts } from './parts.ts';
import { downloadInventory, downloadSbom } from './queries/documents.ts';
import { pageOfImages, readImageRow } from './queries/images.ts';
import { resolveImage } from './queries/resolve-image.ts';
import { getScan, pageOfScans } from './queries/scans.ts';

export function scannerEndpoints(parts: Parts, job: Job<ScanJobData>): readonly Endpoint[] {
  return [
    handle(ROUTES.createScan, ({ body }, context) => createScan(parts, job, context, body)),
    handle(ROUTES.uploadArchive, ({ query, body }, context) => uploadArchive(parts, job, context, { ...query, body })),
    handle(ROUTES.listScans, async ({ query }, { caller }) => ({
      status: 200,
      body: await pageOfScans(parts, caller.tenantId, query),
    })),
    handle(ROUTES.getScan, async ({ params }, { caller }) => ({
      status: 200,
      body: await getScan(parts, caller.tenantId, params.scanId),
    })),
    handle(ROUTES.importSbom, ({ query, body }, context) => importSbom(parts, context, { ...query, body })),
    handle(ROUTES.resolveImage, async ({ body }, { signal }) => ({
      status: 200,
      body: await resolveImage(parts, body.reference, signal),
    })),
    handle(ROUTES.listImages, async ({ query }, { caller }) => ({
      status: 200,
      body: await pageOfImages(parts, caller.tenantId, query),
    })),
    handle(ROUTES.getImage, async ({ params }, { caller }) => ({
      status: 200,
      body: imageAnswer(await readImageRow(parts, caller.tenantId, params.imageDigest)),
    })),
    handle(ROUTES.getInventory, ({ params }, { caller }) =>
      downloadInventory(parts, caller.tenantId, params.imageDigest),
    ),
    handle(ROUTES.getSbom, ({ params, query }, { caller }) =>
      downloadSbom(parts, caller.tenantId, params.imageDigest, query.format),
    ),
  ];
}
