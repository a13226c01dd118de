import type { PackageDifference, RiskDifference } from '@stella-ops/contracts/findings';
import { columns, printable } from '../render/table.ts';

const MARK = { came: '+', went: '-', changed: '~' } as const;
/** Most findings, and most packages, that the text lists. */
const MOST_SHOWN = 50;

/** Two releases compared, as people read it. Sentences are the server's own, the same as in the console. */
export function riskText(risk: RiskDifference): string {
  const parts = [`${printable(risk.sentence)}\n`];
  if (risk.images.length > 1) {
    parts.push(
      lines(
        'images',
        risk.images.map(({ sentence }) => [sentence]),
        risk.images.length,
      ),
    );
  }
  parts.push(
    lines(
      'findings',
      risk.findingDifferences.map(({ change, component, sentence }) => [MARK[change], component, sentence]),
      sumOf(risk.findings),
    ),
    lines(
      'packages',
      risk.packageDifferences.map((one) => [MARK[one.change], one.component, packageText(one)]),
      sumOf(risk.packages),
    ),
    lines(
      'notes',
      risk.notes.map(({ sentence }) => ['!', sentence]),
      risk.notes.length,
    ),
  );
  return parts.filter((part) => part !== '').join('\n');
}

const sumOf = ({ came, went, changed }: RiskDifference['findings']): number => came + went + changed;

function lines(title: string, rows: readonly (readonly string[])[], count: number): string {
  if (count === 0) return '';
  const shown = rows.slice(0, MOST_SHOWN);
  const all = columns(shown.map((row) => row.map(printable))).map((line) => `  ${line}`);
  const more = count > shown.length ? [`  and ${count - shown.length} more`] : [];
  return `${[title, ...all, ...more].join('\n')}\n`;
}

function packageText({ change, type, name, before, after }: PackageDifference): string {
  const versions =
    change === 'changed' ? `${before ?? 'no version'} → ${after ?? 'no version'}` : (after ?? before ?? '');
  return `${name} ${versions} (${type})`;
}
