import { join } from 'node:path';
import * as z from 'zod';

interface MasterKeySettings {
  readonly secretsDir: string;
  readonly masterKeyFile: string;
}

/** The settings of a service that keeps a sealed secret. @param sealed what it is, as the reference says it: `private keys` */
export const masterKeySettings = (sealed: string) => ({
  secretsDir: z
    .string()
    .min(1)
    .default('.stella/secrets')
    .describe('Folder of the secrets of this installation; the master key is made here when nothing is sealed yet'),
  masterKeyFile: z
    .string()
    .default('')
    .describe(`File with the master key that seals ${sealed}; empty for master-key in secretsDir`),
});

export function masterKeyFileOf({ secretsDir, masterKeyFile }: MasterKeySettings): string {
  return masterKeyFile === '' ? join(secretsDir, 'master-key') : masterKeyFile;
}
