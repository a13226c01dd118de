import { fileURLToPath } from 'node:url';
import type { SchemaSource } from '../database/index.ts';

/** The audit trail's own schema: every service writes to it, Authority and Evidence read it. */
export const AUDIT_SCHEMA: SchemaSource = {
  schema: 'audit',
  folder: fileURLToPath(new URL('migrations', import.meta.url)),
};
