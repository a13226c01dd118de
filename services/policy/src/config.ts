import { defineConfig } from '@stella-ops/platform/runtime';
import * as z from 'zod';

export const POLICY_CONFIG = defineConfig({
  summary: 'Policy packs, decisions and exceptions',
  schema: z.strictObject({
    decisionTimeoutMs: z
      .int()
      .min(1000)
      .max(600_000)
      .default(60_000)
      .describe('A decision that takes longer is broken off.'),
    openIndexes: z.int().min(1).max(256).default(8).describe('Advisory indexes that are kept open for decisions.'),
    expirySweepSeconds: z
      .int()
      .min(1)
      .max(86_400)
      .default(60)
      .describe('How often exceptions past their end are looked for, beside the job that each one has.'),
  }),
});
