import * as z from 'zod';
import { defineConfig } from '@stella-ops/platform/runtime';

const MIB = 1024 ** 2;

export const FINDINGS_CONFIG = defineConfig({
  summary: 'Findings of images: projections and ledger',
  schema: z.strictObject({
    maxDocumentBytes: z
      .int()
      .min(MIB)
      .max(1024 * MIB)
      .default(256 * MIB)
      .describe('Largest findings or verdict document of a decision that is read, in bytes'),
    maxFindings: z.int().min(1).max(1_000_000).default(100_000).describe('Most findings of one image'),
  }),
});
