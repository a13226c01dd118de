import { defineConfig, masterKeySettings } from '@stella-ops/platform/runtime';
import * as z from 'zod';

export const SIGNER_CONFIG = defineConfig({
  summary: 'Signing keys of tenants',
  schema: z.strictObject({
    ...masterKeySettings('private keys'),
  }),
});

export type SignerConfig = z.output<typeof SIGNER_CONFIG.schema>;
