import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: { limit: LIMIT_OPTION },
  examples: ['stella component list'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (query) => session.client(RELEASES_ROUTES).listComponents({ query }),
      ['NAME', 'REPOSITORY', 'DESCRIPTION'],
      (one) => [one.name, one.repository, one.description],
    ),
});
