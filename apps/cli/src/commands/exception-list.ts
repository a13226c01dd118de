import { ExceptionState, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: {
    limit: LIMIT_OPTION,
    state: {
      type: 'choice',
      choices: ExceptionState.options,
      summary: 'only in this state',
    },
  },
  examples: ['stella exception list --state pending_review'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (page) =>
        session.client(POLICY_ROUTES).listExceptions({
          query: { ...page, ...(options.state === undefined ? {} : { state: options.state }) },
        }),
      ['ID', 'STATE', 'VULNERABILITY', 'PACKAGE', 'ASKED BY', 'EXPIRES'],
      (one) => [
        one.id,
        one.state,
        one.vulnerability,
        one.package ?? 'every package',
        one.requestedBy.name,
        shortTime(one.expiresAt),
      ],
    ),
});
