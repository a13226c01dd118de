// Commits rows for ever and says each id once its commit was acknowledged. The crash tests kill it.
import { writeSync } from 'node:fs';
import { sql } from 'kysely';
import { openDatabase } from '@stella-ops/platform/database';

const [dataDir = '', prefix = '', limit = '1000000'] = process.argv.slice(2);
const database = await openDatabase({ kind: 'embedded', dataDir });
await database.withOwner((tx) =>
  sql.raw('create schema if not exists crash; create table if not exists crash.row (id text primary key)').execute(tx),
);
writeSync(1, 'ready\n');
for (let n = 0; n < Number(limit); n++) {
  const id = `${prefix}-${n}`;
  await database.withOwner((tx) => sql`insert into crash.row values (${id})`.execute(tx));
  // Not console.log: it may keep a line back, and a line must mean an acknowledged commit.
  writeSync(1, `${id}\n`);
}
await database.close();
