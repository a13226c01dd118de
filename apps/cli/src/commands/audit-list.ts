import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { withoutUndefined } from '@stella-ops/engine-kernel';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: {
    limit: LIMIT_OPTION,
    actor: { type: 'text', value: 'ID', summary: 'only what this user or client did' },
    target: { type: 'text', value: 'ID', summary: 'only what was done to this thing' },
    outcome: { type: 'choice', choices: ['done', 'read', 'refused'], summary: 'only with this outcome' },
  },
  examples: ['stella audit list --outcome refused'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (page) =>
        session.client(AUTHORITY_ROUTES).listAudit({
          query: withoutUndefined({
            ...page,
            actorId: options.actor,
            targetId: options.target,
            outcome: options.outcome,
          }),
        }),
      ['NO', 'TIME', 'WHO', 'WHAT', 'TARGET', 'OUTCOME'],
      (entry) => [
        String(entry.sequence),
        shortTime(entry.at),
        entry.actor.name,
        entry.action,
        `${entry.target.type} ${entry.target.id}`,
        entry.outcome,
      ],
    ),
});
