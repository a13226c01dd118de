import { expect, test } from 'vitest';
import { openDatabase } from '@stella-ops/platform/database';
import { openJobs } from '@stella-ops/platform/jobs';
import { describeNeeding, testPostgres } from '@stella-ops/testkit';

describeNeeding(['postgres'], 'the job queue on PostgreSQL', () => {
  test('several processes that start at once, the first time and later, all start', async () => {
    const url = testPostgres().createDatabase();
    const databases = await Promise.all([1, 2, 3, 4].map(() => openDatabase({ kind: 'postgres', url })));
    for (let start = 0; start < 4; start++) {
      const opened = await Promise.allSettled(
        databases.map((database) => openJobs({ database, jobs: [], onError: () => undefined })),
      );
      expect(opened.map(({ status }) => status)).toEqual(databases.map(() => 'fulfilled'));
      for (const one of opened) if (one.status === 'fulfilled') await one.value.drain(1000);
    }
    for (const database of databases) await database.close();
  });
});
