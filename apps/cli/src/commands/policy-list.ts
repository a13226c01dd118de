import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { shortDigest } from '../render/table.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList, yesNo } from '../server/show.ts';

export const command = defineServerCommand({
  options: { limit: LIMIT_OPTION },
  examples: ['stella policy list'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (query) => session.client(POLICY_ROUTES).listPacks({ query }),
      ['NAME', 'VERSION', 'ACTIVE', 'RULES', 'DIGEST', 'PUBLISHED'],
      (pack) => [
        pack.name,
        pack.version,
        yesNo(pack.isActive),
        String(pack.rules),
        shortDigest(pack.digest),
        shortTime(pack.publishedAt),
      ],
    ),
});
