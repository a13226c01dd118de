import { Id } from '@stella-ops/contracts';
import { defineJob, type Job } from '@stella-ops/platform/jobs';
import * as z from 'zod';
import type { Parts } from '../parts.ts';
import { runAttempt } from './run-attempt.ts';

const ScanJobData = z.strictObject({ scanId: Id });
export type ScanJobData = z.infer<typeof ScanJobData>;

/**
 * Scans what a `scanner.scan` row names. Idempotent by the scan's id: a scan that ended is left alone, facts of layers
 * and the inventory are kept by digest, and the image, its event and the end of the scan are one transaction.
 *
 * There is one attempt more than scans get: when the process died in each of them (a scan that takes all memory), nobody
 * is left to say so, and the last one does nothing else.
 */
export function scanImageJob(parts: Parts): Job<ScanJobData> {
  const { attempts, scanTimeoutSeconds } = parts.config;
  return defineJob({
    name: 'scanner.scan-image',
    schema: ScanJobData,
    key: ({ scanId }) => scanId,
    attempts: attempts + 1,
    backoff: { firstSeconds: 2, longestSeconds: 120 },
    timeoutMs: scanTimeoutSeconds * 1000,
    concurrency: 2,
    run: ({ scanId }, context) => runAttempt(parts, scanId, context),
  });
}
