import * as z from 'zod';
import { defineConfig } from '@stella-ops/platform/runtime';

export const EVIDENCE_CONFIG = defineConfig({
  summary: 'Evidence packets, capsules and exports of the audit trail.',
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
    maxAuditEntries: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(50_000)
      .describe(
        'Most entries of the audit trail in one export; a longer part is exported in several that follow each other.',
      ),
  }),
});

export type EvidenceConfig = z.output<(typeof EVIDENCE_CONFIG)['schema']>;
