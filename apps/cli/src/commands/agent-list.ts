import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: { limit: LIMIT_OPTION },
  examples: ['stella agent list'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (query) => session.client(DEPLOYMENTS_ROUTES).listAgents({ query }),
      ['NAME', 'STATUS', 'LAST SEEN', 'TARGETS', 'PLATFORM', 'VERSION', 'CERTIFICATE UNTIL'],
      (one) => [
        one.name,
        one.status,
        shortTime(one.lastSeenAt),
        one.targets.join(', '),
        one.platform ?? '',
        one.softwareVersion,
        shortTime(one.certificateExpiresAt),
      ],
    ),
});
