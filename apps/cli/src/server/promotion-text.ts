import type { Approval, Gate, Promotion } from '@stella-ops/contracts/releases';
import { columns, printable } from '../render/table.ts';

const MARK = { passed: 'ok', blocked: 'BLOCKED', waiting: 'waiting', skipped: 'skipped' } as const;

/** A promotion as people read it. Sentences are the server's own, the same as in the console. */
export function promotionText(promotion: Promotion): string {
  const head = columns(
    [
      ['promotion', `${promotion.release} to ${promotion.environment}`],
      ['state', promotion.state],
      ['why', printable(promotion.sentence)],
      ['asked by', printable(`${promotion.requestedBy.name}${promotion.reason === '' ? '' : `: ${promotion.reason}`}`)],
      ...promotion.approvals.map((approval) => [approval.verdict, printable(approvalText(approval))]),
      ['evidence', promotion.packetId ?? ''],
      ['id', promotion.id],
    ].filter(([, text]) => text !== ''),
  );
  const gates = columns(
    promotion.gates.map((gate) => [`  ${MARK[gate.state]}`, titleOf(gate), printable(gate.sentence)]),
  );
  return `${head.join('\n')}\n\ngates\n${gates.join('\n')}\n`;
}

function approvalText({ person, reason, isValid, voided }: Approval): string {
  const why = voided?.sentence ?? 'Something changed.';
  return `${person.name}: ${reason}${isValid ? '' : ` (no longer counts. ${why})`}`;
}

/** Only what stands in the way, with everything that helps. */
export function whyText(promotion: Promotion): string {
  const lines = [`${promotion.release} to ${promotion.environment}: ${promotion.state}`, printable(promotion.sentence)];
  for (const gate of promotion.gates.filter(({ state }) => state === 'blocked' || state === 'waiting')) {
    lines.push('', `${MARK[gate.state]} ${titleOf(gate)}: ${printable(gate.sentence)}`);
    for (const { sentence, fix } of gate.reasons) {
      lines.push(`  - ${printable(sentence)}`);
      if (fix !== null) lines.push(`    fix: ${printable(fix)}`);
    }
    if (gate.fix !== null) lines.push(`  fix: ${printable(gate.fix)}`);
    if (gate.unblockedBy !== null) lines.push(`  who: ${printable(gate.unblockedBy)}`);
    if (gate.changesAt !== null) lines.push(`  changes by itself at ${gate.changesAt}`);
    for (const { kind, id } of gate.evidence) lines.push(`  ${kind}: ${id}`);
  }
  return `${lines.join('\n')}\n`;
}

const titleOf = ({ name, component }: Gate): string =>
  component === null ? name : `${name} (${printable(component)})`;
