import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList, yesNo } from '../server/show.ts';

export const command = defineServerCommand({
  options: { limit: LIMIT_OPTION },
  examples: ['stella client list'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (query) => session.client(AUTHORITY_ROUTES).listClients({ query }),
      ['NAME', 'SCOPES', 'ACTIVE', 'CREATED', 'ID'],
      (one) => [one.name, one.scopes.join(' '), yesNo(one.isActive), shortTime(one.createdAt), one.id],
    ),
});
