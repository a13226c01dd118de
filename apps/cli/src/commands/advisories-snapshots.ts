import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { shortDigest } from '../render/table.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'Newest first: decisions are made with the first one.',
  options: { limit: LIMIT_OPTION },
  examples: ['stella advisories snapshots'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (query) => session.client(CONCELIER_ROUTES).listSnapshots({ query }),
      ['ID', 'DIGEST', 'RECORDS', 'INDEX BYTES', 'CREATED'],
      (one) => [one.id, shortDigest(one.digest), String(one.records), String(one.sizeBytes), shortTime(one.createdAt)],
    ),
});
