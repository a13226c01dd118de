import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, showList, yesNo } from '../server/show.ts';

export const command = defineServerCommand({
  options: { limit: LIMIT_OPTION },
  examples: ['stella env list'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (query) => session.client(RELEASES_ROUTES).listEnvironments({ query }),
      ['ORDER', 'NAME', 'CURRENT', 'APPROVALS', 'SEPARATION', 'POLICY', 'FREEZES'],
      (one) => [
        String(one.order),
        one.name,
        one.current?.release ?? '',
        String(one.requiredApprovals),
        yesNo(one.isSeparationOfDuties),
        one.policy ?? 'default',
        String(one.freezes.length),
      ],
    ),
});
