import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { DECISION_ARGUMENT } from '../server/decision-argument.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description:
    'Signs and logs a decision with everything it was made from: a capsule, for "stella capsule get". One that is sealed\n' +
    'already is answered as it is. Decisions of promotions are sealed by themselves.',
  arguments: [DECISION_ARGUMENT],
  examples: ['stella evidence seal sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03'],
  async run(session, [decisionId = '']) {
    const { status, body } = await session.client(EVIDENCE_ROUTES).sealDecision({ body: { decisionId } });
    return showOne(body, [
      ['packet', body.id],
      ['title', body.title],
      ['capsule', body.capsuleDigest ?? ''],
      ['log index', String(body.logIndex)],
      ['sealed', `${body.sealedAt}${status === 201 ? '' : ' (already)'}`],
    ]);
  },
});
