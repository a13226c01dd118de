import { fileURLToPath } from 'node:url';
import type { SchemaSource } from '../database/index.ts';

/** The outbox's own schema, migrated before those of the services. */
export const EVENTS_SCHEMA: SchemaSource = {
  schema: 'events',
  folder: fileURLToPath(new URL('migrations', import.meta.url)),
};
