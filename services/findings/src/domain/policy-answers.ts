import type { Action, Reason, TraceRow, Verdict } from '@stella-ops/engine-policy';

/** What a policy said about one finding. */
export interface PolicyAnswer {
  /** Strictest action of all rows. */
  readonly verdict: Action;
  readonly isExcepted: boolean;
  /** Trace rows, each with the sentence and fix that the verdict gives for it. */
  readonly trace: readonly PolicyRow[];
}

export type PolicyRow = TraceRow & Partial<Pick<Reason, 'code' | 'sentence' | 'fix'>>;

const WEIGHT: Readonly<Record<Action, number>> = { allow: 0, warn: 1, pending: 2, deny: 3 };
/** Rows that no rule decided leave no trace: the policy lets them pass. */
const SILENT: PolicyAnswer = { verdict: 'allow', isExcepted: false, trace: [] };

/** Looks up what a verdict says about a finding. Prepared once: a verdict has thousands of rows. */
export function policyAnswers(verdict: Verdict): (vulnerability: string, component: string) => PolicyAnswer {
  const reasons = new Map<string, Reason>();
  for (const reason of verdict.reasons) {
    if (reason.finding === undefined) continue;
    const { vulnerability, component } = reason.finding;
    reasons.set(`${targetOf(vulnerability, component)}\0${reason.rule}`, reason);
  }
  const rows = new Map<string, PolicyRow[]>();
  for (const row of verdict.trace) {
    if (row.on !== 'finding') continue;
    const told = withReason(row, reasons.get(`${row.target}\0${row.rule}`));
    const others = rows.get(row.target);
    if (others === undefined) rows.set(row.target, [told]);
    else others.push(told);
  }
  return (vulnerability, component) => {
    const trace = rows.get(targetOf(vulnerability, component));
    if (trace === undefined) return SILENT;
    return {
      verdict: trace.reduce<Action>((worst, { action }) => (WEIGHT[action] > WEIGHT[worst] ? action : worst), 'allow'),
      isExcepted: trace.some(({ exception }) => exception?.state === 'applied'),
      trace,
    };
  };
}

/** As the policy engine names a finding in its trace. */
const targetOf = (vulnerability: string, component: string): string => `${vulnerability} in ${component}`;

function withReason(row: TraceRow, reason: Reason | undefined): PolicyRow {
  if (reason === undefined) return row;
  const { code, sentence, fix } = reason;
  return { ...row, code, sentence, ...(fix === undefined ? {} : { fix }) };
}
