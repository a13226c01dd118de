import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { columns, printable } from '../render/table.ts';
import { DECISION_ARGUMENT } from '../server/decision-argument.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description:
    'The digests of everything a decision was made from. The digest of this document is the id of the decision.',
  arguments: [DECISION_ARGUMENT],
  examples: [
    'stella decision input sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03 --format json',
  ],
  async run(session, [decisionId = '']) {
    const { body } = await session.client(POLICY_ROUTES).getInput({ params: { decisionId } });
    const rows = Object.entries(body as object).map(([name, value]) => [
      name,
      printable(typeof value === 'string' ? value : JSON.stringify(value)),
    ]);
    return { value: body, text: () => `${columns(rows).join('\n')}\n` };
  },
});
