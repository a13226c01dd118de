import type pg from 'pg';
import { expect, test } from 'vitest';
import { checkServer } from './check-server.ts';

/** A server that has these settings. */
function server(settings: Readonly<Record<string, string>>): pg.ClientBase {
  const rows = Object.entries(settings).map(([name, setting]) => ({ name, setting }));
  return { query: async () => ({ rows }) } as unknown as pg.ClientBase;
}

const GOOD = { server_version_num: '150014', fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' };

test('PostgreSQL 15 is the oldest accepted', async () => {
  expect(await checkServer(server(GOOD), true)).toBe(15);
  for (const server_version_num of ['140020', '90624', '']) {
    await expect(checkServer(server({ ...GOOD, server_version_num }), true)).rejects.toMatchObject({
      code: 'DATABASE_TOO_OLD',
    });
  }
});

test('a server that can lose acknowledged commits is refused, and the setting named', async () => {
  for (const name of ['fsync', 'full_page_writes', 'synchronous_commit']) {
    await expect(checkServer(server({ ...GOOD, [name]: 'off' }), true)).rejects.toMatchObject({
      code: 'DATABASE_NOT_DURABLE',
      message: expect.stringContaining(`${name}=off`) as unknown,
    });
  }
  expect(await checkServer(server({ ...GOOD, fsync: 'off' }), false)).toBe(15);
});
