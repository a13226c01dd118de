import { EXIT, type ExitCode } from '@stella-ops/engine-kernel';
import type { Decision } from '@stella-ops/contracts/policy';
import { columns, printable } from '../render/table.ts';
import { shortTime } from './show.ts';

const ORDER = ['deny', 'pending', 'warn', 'allow'];

/** 0 for allow; deny and pending are both "not now", as `decide` has it. */
export const exitOfDecision = ({ outcome }: Pick<Decision, 'outcome'>): ExitCode =>
  outcome === 'allow' ? EXIT.ok : EXIT.denied;

/** The answer, the counts, and the reasons: those that stop a release first. */
export function decisionText(one: Decision): string {
  const counts = Object.entries(one.counts).filter(([, count]) => count > 0);
  const head = [
    ['image', one.imageDigest],
    ['environment', one.environment ?? ''],
    ['policy', `${one.policy.name} ${one.policy.version} (${one.policy.digest.slice(7, 19)})`],
    ['counts', counts.map(([name, count]) => `${count} ${name}`).join(', ')],
    ['advisories', one.advisorySnapshot],
    ['vex', one.vexSnapshot ?? ''],
    ['made', `${shortTime(one.evaluatedAt)} (${one.purpose})`],
  ].filter(([, text]) => text !== '');
  const reasons = one.reasons.toSorted((a, b) => ORDER.indexOf(a.action) - ORDER.indexOf(b.action));
  const rows = reasons.flatMap(({ action, code, sentence, fix }) => [
    [`  ${action}`, code, printable(sentence)],
    ...(fix === null ? [] : [['', '', `→ ${printable(fix)}`]]),
  ]);
  return [
    one.outcome.toUpperCase(),
    ...columns(head.map((row) => row.map(printable))),
    ...(rows.length === 0 ? [] : ['', 'reasons', ...columns(rows)]),
    '',
  ].join('\n');
}
