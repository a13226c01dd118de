import { EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'Newest first: decisions are made with the first one. Each import makes one.',
  options: { limit: LIMIT_OPTION },
  examples: ['stella vex snapshots'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (query) => session.client(EXCITITOR_ROUTES).listSnapshots({ query }),
      ['ID', 'DOCUMENTS', 'CREATED', 'DIGEST'],
      (one) => [one.id, String(one.documents), shortTime(one.createdAt), one.digest],
    ),
});
