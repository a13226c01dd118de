import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'To have one again, ask "stella audit export" for the same entries: they are signed once.',
  options: { limit: LIMIT_OPTION },
  examples: ['stella audit exports'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (page) => session.client(EVIDENCE_ROUTES).listAuditExports({ query: page }),
      ['FIRST', 'LAST', 'FROM', 'TO', 'EXPORTED', 'BY', 'HEAD'],
      (made) => [
        String(made.first),
        String(made.last),
        shortTime(made.firstAt),
        shortTime(made.lastAt),
        shortTime(made.exportedAt),
        made.exportedBy.name,
        made.after,
      ],
    ),
});
