import { json } from '@stella-ops/platform/database';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { sql } from 'kysely';
import { expect, test } from 'vitest';

describeEachEngine('a text as JSON', (engine) => {
  test('that was cut within a character is stored, with a mark in place of the half', async () => {
    const database = await engine.database();
    const kept = async (value: unknown): Promise<unknown> => {
      const { rows } = await database.withRelay((tx) =>
        sql<{ doc: unknown }>`select ${json(value)} as doc`.execute(tx),
      );
      return rows[0]?.doc;
    };
    const half = '\u{1F600}'.slice(0, 1);
    expect(await kept([{ reason: `frozen ${half}`, whole: '\u{1F600}' }])).toEqual([
      { reason: 'frozen \ufffd', whole: '\u{1F600}' },
    ]);
    expect(await kept({ path: 'C:\\ud83d', [`name ${half}`]: null })).toEqual({
      path: 'C:\\ud83d',
      'name \ufffd': null,
    });
  });
});
