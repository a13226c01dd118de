import type { ConstructorOptions } from 'pg-boss';
import type { Database } from '../database/index.ts';

/** The database as the job queue's library wants it: statements under one role, and notifications. */
export function bossDatabase(database: Database, role: 'relay' | 'owner'): NonNullable<ConstructorOptions['db']> {
  return {
    executeSql: async (text, values) => ({ rows: [...(await database.runStatement(role, text, values))] }),
    listen: (channel, onNotification, onReconnect) => database.listen(channel, onNotification, onReconnect),
  };
}
