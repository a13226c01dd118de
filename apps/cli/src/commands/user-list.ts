import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList, yesNo } from '../server/show.ts';

export const command = defineServerCommand({
  options: { limit: LIMIT_OPTION },
  examples: ['stella user list'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (query) => session.client(AUTHORITY_ROUTES).listUsers({ query }),
      ['NAME', 'DISPLAY NAME', 'ROLES', 'ACTIVE', 'LAST LOGIN'],
      (user) => [user.name, user.displayName, user.roles.join(', '), yesNo(user.isActive), shortTime(user.lastLoginAt)],
    ),
});
