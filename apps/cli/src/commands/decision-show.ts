import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { DECISION_ARGUMENT } from '../server/decision-argument.ts';
import { decisionText } from '../server/decision-text.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description: 'The reasons that decided, at most 50; "stella decision verdict" has all of them, with their trace.',
  arguments: [DECISION_ARGUMENT],
  examples: ['stella decision show sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03'],
  async run(session, [decisionId = '']) {
    const { body } = await session.client(POLICY_ROUTES).getDecision({ params: { decisionId } });
    return {
      value: body,
      text: () => `${decisionText(body)}\ndecision  ${body.id}\nverdict   ${body.verdictDigest}\n`,
    };
  },
});
