import { fileURLToPath } from 'node:url';
import type { SchemaSource } from '@stella-ops/platform/database';

export const POLICY_SCHEMA: SchemaSource = {
  schema: 'policy',
  folder: fileURLToPath(new URL('../migrations', import.meta.url)),
};
