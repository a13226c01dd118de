import { defineJob, type Job } from '@stella-ops/platform/jobs';
import * as z from 'zod';
import { expireException } from '../commands/expire-exception.ts';
import type { PolicyParts } from '../parts.ts';

const Data = z.strictObject({ exceptionId: z.string() });
export type ExpireData = z.infer<typeof Data>;

export const EXPIRE_EXCEPTION = {
  name: 'policy.expire-exception',
  summary: 'Ends an exception at its time; what it covered is judged again then',
};

export function expireExceptionJob(parts: PolicyParts): Job<ExpireData> {
  return defineJob({
    name: EXPIRE_EXCEPTION.name,
    schema: Data,
    key: ({ exceptionId }) => exceptionId,
    attempts: 10,
    backoff: { firstSeconds: 5, longestSeconds: 600 },
    timeoutMs: 20_000,
    run: ({ exceptionId }, { tenantId }) => expireException(parts, tenantId, exceptionId),
  });
}
