import * as z from 'zod';

const Action = z.enum(['allow', 'warn', 'deny', 'pending']);

/** The members of a `stella.verdict/v1` that the page shows. */
const VerdictView = z.object({
  reasons: z.array(
    z.object({
      rule: z.string(),
      action: Action,
      sentence: z.string(),
      fix: z.string().optional(),
      finding: z.object({ vulnerability: z.string(), component: z.string() }).optional(),
    }),
  ),
  policy: z.object({
    rules: z.array(z.object({ id: z.string(), when: z.string(), code: z.string() })),
  }),
  trace: z.array(
    z.object({
      rule: z.string(),
      on: z.string(),
      target: z.string(),
      action: Action,
      exception: z.object({ id: z.string(), state: z.string() }).optional(),
      values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
    }),
  ),
});
type VerdictView = z.infer<typeof VerdictView>;

/** One line of the trace: what was looked at, which rule spoke, what it did, and why. */
export interface VerdictRow {
  /** Place in the trace, from 1. */
  readonly number: number;
  readonly on: string;
  readonly target: string;
  readonly rule: string;
  /** The condition as its author wrote it; undefined for a default of the pack. */
  readonly when: string | undefined;
  readonly action: z.infer<typeof Action>;
  readonly why: string;
  readonly fix: string | undefined;
  readonly vulnerability: string | undefined;
  readonly exception: { readonly id: string; readonly state: string } | undefined;
  readonly values: readonly (readonly [string, string])[];
}

/** @returns undefined for a verdict of a form that this console does not read */
export function verdictRows(document: unknown): readonly VerdictRow[] | undefined {
  const parsed = VerdictView.safeParse(document);
  if (!parsed.success) return undefined;
  const { reasons, policy, trace } = parsed.data;
  const rules = new Map(policy.rules.map((rule) => [rule.id, rule]));
  const byTarget = new Map(
    reasons.flatMap((reason) =>
      reason.finding === undefined
        ? []
        : [[targetKey(reason.rule, `${reason.finding.vulnerability} in ${reason.finding.component}`), reason] as const],
    ),
  );
  return trace.map((row, at) => {
    const values = Object.entries(row.values).map(([name, value]) => [name, String(value)] as const);
    const reason = byTarget.get(targetKey(row.rule, row.target));
    const said = values.map(([name, value]) => `${name} = ${value}`).join(', ');
    return {
      number: at + 1,
      on: row.on,
      target: row.target,
      rule: row.rule,
      when: rules.get(row.rule)?.when,
      action: row.action,
      why: reason === undefined ? said : `${reason.sentence}.`,
      fix: reason?.fix,
      vulnerability: reason?.finding?.vulnerability ?? vulnerabilityOf(row),
      exception: row.exception,
      values,
    };
  });
}

const targetKey = (rule: string, target: string): string => `${rule}\n${target}`;

/** `CVE-2021-33503 in pkg:…` → `CVE-2021-33503`. */
function vulnerabilityOf({ on, target }: VerdictView['trace'][number]): string | undefined {
  const at = target.indexOf(' in ');
  return on === 'finding' && at > 0 ? target.slice(0, at) : undefined;
}

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const DecisionInputView = z.object({
  inventory: digest,
  slice: digest,
  vex: digest,
  reachability: digest.nullable(),
  policy: digest,
  exceptions: digest,
  approvals: digest.nullable(),
  previousVerdict: digest.nullable(),
  semantics: z.record(z.string(), z.number()),
});
export type DecisionInputView = z.infer<typeof DecisionInputView>;

/** @returns undefined for an input of a form that this console does not read */
export function decisionInputOf(document: unknown): DecisionInputView | undefined {
  return DecisionInputView.safeParse(document).data;
}
