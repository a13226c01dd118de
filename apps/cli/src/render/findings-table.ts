import type { Finding, Findings } from '@stella-ops/engine-advisories';
import type { Gap } from '@stella-ops/engine-inventory';
import { gapLines } from './inventory-table.ts';
import { printable, table } from './table.ts';

const RANK: Readonly<Record<Finding['severity']['level'], number>> = {
  critical: 0,
  high: 1,
  medium: 2,
  low: 3,
  unknown: 4,
  none: 5,
};

/** Worst first; then what the advisories at hand cannot answer for, and what the scan could not read. */
export function findingsTable(findings: Findings, gaps: readonly Gap[]): string {
  const rows = [...findings.findings]
    .sort(
      (a, b) => RANK[a.severity.level] - RANK[b.severity.level] || (b.severity.score ?? 0) - (a.severity.score ?? 0),
    )
    .map((one) => [
      one.vulnerability,
      one.severity.score === undefined ? one.severity.level : `${one.severity.level} ${one.severity.score.toFixed(1)}`,
      one.package,
      one.installedVersion,
      one.state === 'not-evaluated'
        ? 'not evaluated'
        : one.fixedVersions[0] === undefined
          ? 'no fix known'
          : one.fixedVersions.join(', '),
      one.vex === undefined ? '' : one.vex.status.replaceAll('_', ' '),
      one.file ?? '',
    ]);
  const open = findings.findings.filter((one) => one.vex?.status !== 'not_affected' && one.vex?.status !== 'fixed');
  const head =
    rows.length === 0
      ? ''
      : `${table(['VULNERABILITY', 'SEVERITY', 'PACKAGE', 'INSTALLED', 'FIXED IN', 'VEX', 'FILE'], rows)}\n`;
  const coverage = findings.coverage.map(
    (row) => `  ${row.state === 'evaluated' ? 'ok     ' : 'UNKNOWN'} ${printable(row.sentence)}`,
  );
  return `${head}${open.length} open of ${findings.findings.length} findings\n${['coverage', ...coverage, ...gapLines(gaps)].join('\n')}\n`;
}
