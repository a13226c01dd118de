import { EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: { limit: LIMIT_OPTION },
  examples: ['stella vex list'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (query) => session.client(EXCITITOR_ROUTES).listDocuments({ query }),
      ['DOCUMENT', 'PROVIDER', 'AUTHOR', 'STATEMENTS', 'RECEIVED', 'DIGEST'],
      (one) => [
        one.documentId,
        one.provider,
        one.author ?? '',
        String(one.statements),
        shortTime(one.receivedAt),
        one.digest,
      ],
    ),
});
