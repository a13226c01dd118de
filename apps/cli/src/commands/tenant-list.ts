import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList, yesNo } from '../server/show.ts';

export const command = defineServerCommand({
  options: { limit: LIMIT_OPTION },
  examples: ['stella tenant list'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (query) => session.client(AUTHORITY_ROUTES).listTenants({ query }),
      ['NAME', 'DISPLAY NAME', 'ACTIVE', 'CREATED', 'ID'],
      (tenant) => [tenant.name, tenant.displayName, yesNo(tenant.isActive), shortTime(tenant.createdAt), tenant.id],
    ),
});
