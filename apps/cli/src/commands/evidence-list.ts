import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { withoutUndefined } from '@stella-ops/engine-kernel';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'Reading evidence is recorded in the audit trail.',
  options: {
    limit: LIMIT_OPTION,
    kind: { type: 'choice', choices: ['decision', 'promotion', 'deployment'], summary: 'only of this kind' },
    subject: { type: 'text', value: 'ID', summary: 'only about this decision, promotion or deployment' },
  },
  examples: ['stella evidence list --kind promotion'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (page) =>
        session.client(EVIDENCE_ROUTES).listPackets({
          query: withoutUndefined({ ...page, kind: options.kind, subjectId: options.subject }),
        }),
      ['ID', 'KIND', 'TITLE', 'LOG', 'CAPSULE', 'SEALED'],
      (one) => [one.id, one.kind, one.title, String(one.logIndex), one.capsuleDigest ?? '', shortTime(one.sealedAt)],
    ),
});
