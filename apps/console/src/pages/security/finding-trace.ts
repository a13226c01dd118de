import * as z from 'zod';

const MatchRow = z.object({
  key: z.string(),
  record: z.string(),
  recordDigest: z.string(),
  decidedBy: z.string(),
  sentence: z.string(),
});
const PolicyRow = z.object({
  rule: z.string(),
  action: z.enum(['allow', 'warn', 'deny', 'pending']),
  code: z.string().optional(),
  sentence: z.string().optional(),
  fix: z.string().optional(),
  exception: z.object({ id: z.string(), state: z.string() }).optional(),
  values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
});
const VexView = z.object({
  status: z.string(),
  justification: z.string().optional(),
  statement: z.string().optional(),
  document: z.string(),
  author: z.string().optional(),
  timestamp: z.string(),
  overruled: z.array(z.object({ status: z.string(), document: z.string(), timestamp: z.string() })).default([]),
});
export type MatchRow = z.infer<typeof MatchRow>;
export type PolicyRow = z.infer<typeof PolicyRow>;
export type VexView = z.infer<typeof VexView>;

/** Rows of a newer server that this console cannot read are left out; their number is told. */
export function matchRows(trace: readonly unknown[]): {
  readonly rows: readonly MatchRow[];
  readonly unread: number;
} {
  return rowsOf(MatchRow, trace);
}

export function policyRows(trace: readonly unknown[]): {
  readonly rows: readonly PolicyRow[];
  readonly unread: number;
} {
  return rowsOf(PolicyRow, trace);
}

export function vexOf(value: unknown): VexView | undefined {
  return VexView.safeParse(value).data;
}

function rowsOf<T extends z.ZodType>(schema: T, values: readonly unknown[]): { rows: z.output<T>[]; unread: number } {
  const rows = values.flatMap((value) => {
    const parsed = schema.safeParse(value);
    return parsed.success ? [parsed.data] : [];
  });
  return { rows, unread: values.length - rows.length };
}

/** `pkg:pypi/urllib3@1.26.4?x=y#z` → `pkg:pypi/urllib3`: what an exception for every version names. */
export function withoutVersion(purl: string): string {
  const bare = purl.split(/[?#]/, 1)[0] ?? purl;
  const at = bare.lastIndexOf('@');
  return at > bare.lastIndexOf('/') ? bare.slice(0, at) : bare;
}
