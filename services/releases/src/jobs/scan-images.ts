import { defineJob } from '@stella-ops/platform/jobs';
import * as z from 'zod';
import type { Deps, ReleasesJobs } from '../deps.ts';
import { askScanner } from '../evaluation/ask-scanner.ts';
import { mapLimited } from '../evaluation/ask.ts';
import { findRelease } from '../store/releases.ts';

/** Submits the images of a new release that nobody has scanned, so that a promotion finds them scanned. */
export function scanImagesJob(deps: Deps): ReleasesJobs['scanImages'] {
  return defineJob({
    name: 'releases.scan-images',
    schema: z.strictObject({ releaseId: z.string() }),
    key: ({ releaseId }) => releaseId,
    attempts: 10,
    backoff: { firstSeconds: 2, longestSeconds: 300 },
    timeoutMs: 120_000,
    run: async ({ releaseId }, { tenantId, signal }) => {
      const release = await deps.host.database.withTenant(tenantId, (tx) => findRelease(tx, releaseId), {
        isReadOnly: true,
      });
      const parts = release?.components ?? [];
      const facts = await mapLimited(parts, 4, (part) => askScanner(deps, tenantId, part, signal));
      for (const { missing } of facts) {
        if (missing?.kind === 'unavailable') throw new Error(`the scanner did not answer: ${missing.message}`);
      }
    },
  });
}
