import { Id } from '@stella-ops/contracts';
import { defineConfig } from '@stella-ops/platform/runtime';
import * as z from 'zod';

const Watch = z.strictObject({
  path: z.string().min(1).max(4_096).describe('Folder with OSV records: .json, .jsonl, .jsonl.zst, .jsonl.gz, .zip.'),
  tenantId: Id.describe('Tenant that the records are for.'),
  everySeconds: z.int().min(1).max(86_400).default(300).describe('Pause between two looks at the folder.'),
  source: z.string().min(1).max(100).default('folder').describe('Where the records come from, as it is shown.'),
});
export type Watch = z.output<typeof Watch>;

export const CONCELIER_CONFIG = defineConfig({
  summary: 'Advisory import and snapshots',
  schema: z.strictObject({
    watch: z
      .array(Watch)
      .max(100)
      .default([])
      .describe('Folders whose new and changed files are imported; a snapshot follows.'),
    workFolder: z
      .string()
      .max(4_096)
      .default('')
      .describe("Folder for uploads and index files under way; empty: the system's folder for temporary files."),
  }),
});
