import { join } from 'node:path';
import { defineConfig } from '@stella-ops/platform/runtime';
import * as z from 'zod';

export const SIGNER_CONFIG = defineConfig({
  summary: 'Signing keys of tenants',
  schema: z.strictObject({
    secretsDir: z
      .string()
      .min(1)
      .default('.stella/secrets')
      .describe('Folder of the secrets of this installation; the master key is made here when nothing is sealed yet'),
    masterKeyFile: z
      .string()
      .default('')
      .describe('File with the master key that seals private keys; empty for master-key in secretsDir'),
  }),
});

export type SignerConfig = z.output<typeof SIGNER_CONFIG.schema>;

export function masterKeyFileOf({ secretsDir, masterKeyFile }: SignerConfig): string {
  return masterKeyFile === '' ? join(secretsDir, 'master-key') : masterKeyFile;
}
