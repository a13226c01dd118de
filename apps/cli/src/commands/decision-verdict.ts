import type { Verdict } from '@stella-ops/engine-policy';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { table } from '../render/table.ts';
import { verdictTable } from '../render/verdict-table.ts';
import { DECISION_ARGUMENT } from '../server/decision-argument.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description: 'The whole verdict with its trace: which rule did what, about which finding, and by which values.',
  arguments: [DECISION_ARGUMENT],
  examples: [
    'stella decision verdict sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03 --format json',
  ],
  async run(session, [decisionId = '']) {
    const { body } = await session.client(POLICY_ROUTES).getVerdict({ params: { decisionId } });
    return { value: body, text: () => verdictText(body as Verdict) };
  },
});

function verdictText(verdict: Verdict): string {
  const rows = verdict.trace.map(({ rule, action, target, exception, values }) => [
    rule,
    action,
    target,
    exception === undefined ? '' : `${exception.id} ${exception.state}`,
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  ]);
  if (rows.length === 0) return verdictTable(verdict);
  return `${verdictTable(verdict)}\n${table(['RULE', 'ACTION', 'ABOUT', 'EXCEPTION', 'VALUES'], rows)}`;
}
