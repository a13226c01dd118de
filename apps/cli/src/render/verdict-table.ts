import { EXIT, type ExitCode } from '@stella-ops/engine-kernel';
import type { Verdict } from '@stella-ops/engine-policy';
import { columns, printable } from './table.ts';

/** 0 for allow; deny and pending are both "not now". */
export function exitOf(verdict: Verdict): ExitCode {
  return verdict.outcome === 'allow' ? EXIT.ok : EXIT.denied;
}

/** The answer, who gave it, and the reasons: those that stop the release first. */
export function verdictTable(verdict: Verdict): string {
  const order = ['deny', 'pending', 'warn', 'allow'];
  const reasons = [...verdict.reasons].sort((a, b) => order.indexOf(a.action) - order.indexOf(b.action));
  const rows = reasons.flatMap((reason) => [
    [`  ${reason.action}`, reason.code, printable(reason.sentence)],
    ...(reason.fix === undefined ? [] : [['', '', `→ ${printable(reason.fix)}`]]),
  ]);
  return [
    `${verdict.outcome.toUpperCase()}  ${printable(verdict.subject.name)}`,
    `by policy ${printable(verdict.policy.name)} ${printable(verdict.policy.version)} (${verdict.policy.digest.slice(7, 19)}) at ${verdict.evaluatedAt}`,
    ...columns(rows),
    ...verdict.exceptions.map((one) => `  exception ${printable(one.id)} ${one.state}, ends ${one.expiresAt}`),
    '',
  ].join('\n');
}
