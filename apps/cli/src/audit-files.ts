import { type AuditRange, type AuditVerification, verifyAudit } from '@stella-ops/engine-capsule';
import type { TrustMaterial } from '@stella-ops/engine-envelope';
import type { Context } from './context.ts';
import { openInput } from './input.ts';
import { checkRows } from './render/check-rows.ts';
import { columns, printable } from './render/table.ts';

export interface AuditFiles {
  /** `invalid` also when all are good but one does not follow the one before it. */
  readonly status: AuditVerification['status'];
  readonly exports: readonly (AuditVerification & { readonly file: string })[];
  /** Where they do not follow each other, one sentence each. */
  readonly gaps: readonly string[];
}

/**
 * Verifies exports of an audit trail, and that each begins where the one before it ended.
 *
 * @throws AppError `FILE_NOT_FOUND`, `FILE_UNREADABLE`
 */
export async function verifyAuditFiles(
  files: readonly string[],
  trust: TrustMaterial | undefined,
  context: Context,
): Promise<AuditFiles> {
  const exports: (AuditVerification & { readonly file: string })[] = [];
  for (const file of files) {
    context.progress(`checking ${file}`);
    exports.push({ file, ...(await verifyAudit(openInput(file, context), trust === undefined ? {} : { trust })) });
  }
  context.progress('');
  const gaps = exports.flatMap(({ file, range }, index) => {
    const before = exports[index - 1];
    if (before?.range === undefined || range === undefined) return [];
    const gap = gapBetween(before.range, range);
    return gap === undefined ? [] : [`${file} does not follow ${before.file}: ${gap}`];
  });
  const worst = (['invalid', 'unverifiable'] as const).find((one) => exports.some(({ status }) => status === one));
  return { status: gaps.length > 0 ? 'invalid' : (worst ?? 'verified'), exports, gaps };
}

function gapBetween(before: AuditRange, after: AuditRange): string | undefined {
  if (after.tenantId !== before.tenantId) return 'it is of another tenant';
  if (after.first !== before.last + 1) return `one ends at ${before.last}, the other begins at ${after.first}`;
  return after.before === before.after ? undefined : 'it hangs on another entry than the last of that';
}

export function auditFilesText({ exports, gaps }: AuditFiles): string {
  const rows = exports.flatMap(({ file, status, range, exportedAt, exportedBy, checks, faults, lacking }) => [
    [status.toUpperCase(), printable(file)],
    ...(range === undefined ? [] : rangeRows(range)),
    ...(exportedAt === undefined || exportedBy === undefined
      ? []
      : [['exported', printable(`${exportedAt} by ${exportedBy.name}`)]]),
    ...checkRows(checks.filter(({ state }) => state !== 'skipped')),
    ...faults.map((fault) => ['  fault', printable(`${fault.file}: ${fault.check}: ${fault.detail}`)]),
    ...lacking.map((fault) => ['  lacking', printable(`${fault.file}: ${fault.check}: ${fault.detail}`)]),
  ]);
  const between =
    gaps.length > 0
      ? gaps.map((gap) => ['GAP', printable(gap)])
      : exports.length > 1
        ? [['ok', 'each begins where the one before it ended']]
        : [];
  return `${columns([...rows, ...between]).join('\n')}\n`;
}

function rangeRows(range: AuditRange): string[][] {
  return [
    ['tenant', printable(range.tenantId)],
    ['entries', `${range.first} to ${range.last}`],
    ['time', printable(`${range.firstAt} to ${range.lastAt}`)],
    ['before', range.before],
    ['after', range.after],
  ];
}
