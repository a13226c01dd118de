import { expect, test } from 'vitest';
import { connectionOf } from './postgres-tools.ts';

test("a password never stands among a program's arguments", () => {
  for (const url of [
    'postgres://stella:p%40ss%2Fword@db.internal:5432/stella?sslmode=verify-full&sslrootcert=/etc/ca.pem',
    'postgres://stella@db.internal/stella?password=p%40ss%2Fword',
  ]) {
    const { connection, env } = connectionOf(url);
    expect(env).toEqual({ PGPASSWORD: 'p@ss/word' });
    expect(decodeURIComponent(connection)).not.toContain('p@ss');
    expect(connection).toContain('postgres://stella@db.internal');
  }
  expect(connectionOf('postgres://stella@db.internal/stella').env).toEqual({});
});

test('what only the driver of the server knows is not told to libpq, and a word that it spells otherwise is put so', () => {
  const url = 'postgres://a@localhost/b?host=%2Frun%2Fpostgresql&application_name=x&ssl=true&sslmode=no-verify';
  const { connection } = connectionOf(url);
  expect(connection).toBe('postgres://a@localhost/b?host=%2Frun%2Fpostgresql&sslmode=require');
});
