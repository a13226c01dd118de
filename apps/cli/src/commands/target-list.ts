import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: { limit: LIMIT_OPTION, env: { type: 'text', value: 'NAME', summary: 'only of this environment' } },
  examples: ['stella target list --env prod'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (page) =>
        session.client(DEPLOYMENTS_ROUTES).listTargets({
          query: { ...page, ...(options.env === undefined ? {} : { environment: options.env }) },
        }),
      ['ENVIRONMENT', 'NAME', 'KIND', 'STATUS', 'RUNS', 'DRIFT', 'AGENT', 'LAST SEEN'],
      (one) => [
        one.environment,
        one.name,
        one.kind,
        one.status,
        one.release ?? '',
        [...new Set(one.drift.map(({ kind }) => kind))].join(', '),
        one.agent,
        shortTime(one.lastSeenAt),
      ],
    ),
});
