import { defineConfig, masterKeySettings } from '@stella-ops/platform/runtime';
import * as z from 'zod';

export const ATTESTOR_CONFIG = defineConfig({
  summary: 'Transparency log',
  schema: z.strictObject({
    origin: z
      .string()
      // A host name, at most 253 characters.
      .regex(/^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/)
      .default('log.stella.local')
      .describe(
        'Name of the log in its checkpoints: a host name that is yours and of no other log. It never changes. Without a path, because other tools take the host of a log for its name',
      ),
    auditHours: z
      .number()
      .positive()
      .max(720)
      .default(24)
      .describe(
        'Hours between two readings of the whole log, which recompute every hash; there is one at each start too',
      ),
    ...masterKeySettings('the key of the log'),
  }),
});

export type AttestorConfig = z.output<typeof ATTESTOR_CONFIG.schema>;
