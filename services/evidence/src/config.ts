import * as z from 'zod';
import { defineConfig } from '@stella-ops/platform/runtime';

export const EVIDENCE_CONFIG = defineConfig({
  summary: 'Evidence packets and capsules.',
  schema: z.strictObject({
    maxDocumentBytes: z
      .int()
      .min(1024 ** 2)
      .max(1024 ** 3)
      .default(256 * 1024 ** 2)
      .describe('Largest document of a decision that is packed into a capsule; five of them are in memory at once.'),
    concurrency: z
      .int()
      .min(1)
      .max(16)
      .default(2)
      .describe('Decisions, promotions and deployments, of each, that one process seals at once.'),
  }),
});

export type EvidenceConfig = z.output<(typeof EVIDENCE_CONFIG)['schema']>;
