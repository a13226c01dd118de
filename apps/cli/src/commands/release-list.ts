import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { shortDigest } from '../render/table.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: { limit: LIMIT_OPTION },
  examples: ['stella release list'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (query) => session.client(RELEASES_ROUTES).listReleases({ query }),
      ['RELEASE', 'CALENDAR', 'MODE', 'COMPONENTS', 'DIGEST', 'BY', 'CREATED'],
      (one) => [
        `${one.name}@${one.version}`,
        one.calendarVersion,
        one.mode,
        String(one.components.length),
        shortDigest(one.digest),
        one.createdBy.name,
        shortTime(one.createdAt),
      ],
    ),
});
