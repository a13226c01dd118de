// A process for events-crash.test.ts: has a consumer that fails at every event of a tenant, and stops for ever where it is told, with a
// line to say so. Whoever reads the line kills it.
import { writeSync } from 'node:fs';
import { sql } from 'kysely';
import { type Database, type DatabaseOptions, openDatabase } from '@stella-ops/platform/database';
import { startEvents } from '@stella-ops/platform/events';
import { NOTED, quickly } from './events-kit.ts';

const [options = '', name = '', tenantId = '', point = ''] = process.argv.slice(2);
const opened = await openDatabase(JSON.parse(options) as DatabaseOptions);

/** Straight to the descriptor: the process has no end at which a buffer would be written. */
async function stay(): Promise<never> {
  writeSync(1, 'here\n');
  return new Promise(() => {
    setInterval(() => undefined, 60_000);
  });
}

const database: Database = {
  ...opened,
  withRelay: async (run, more) => {
    let isParking = false;
    const result = await opened.withRelay(async (tx: Parameters<typeof run>[0]) => {
      const inner = await run(tx);
      const { rows } = await sql<{ has: boolean }>`
        select exists (select from events.parked where consumer = ${name}) as has`.execute(tx);
      isParking = rows[0]?.has ?? false;
      if (isParking && point === 'before-commit') await stay();
      return inner;
    }, more);
    if (isParking && point === 'after-commit') await stay();
    return result;
  },
};

await startEvents({
  database,
  consumers: [
    {
      name,
      types: [NOTED.type],
      handle: (_tx, event) =>
        event.tenantId === tenantId ? Promise.reject(new Error('cannot be done')) : Promise.resolve(),
      reset: () => Promise.resolve(),
    },
  ],
  retries: quickly(1),
  onError: () => undefined,
});
await new Promise(() => {
  setInterval(() => undefined, 60_000);
});
