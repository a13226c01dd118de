import { defineConfig } from '@stella-ops/platform/runtime';
import * as z from 'zod';

export const EXCITITOR_CONFIG = defineConfig({
  summary: 'VEX documents',
  schema: z.strictObject({
    maxStatements: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(100_000)
      .describe('Statements of one document; they are written in one transaction.'),
  }),
});
