import { type AppError, formatPlace } from '@stella-ops/engine-kernel';
import { printable } from './table.ts';

interface Detail {
  readonly pointer?: string;
  readonly line?: number;
  readonly column?: number;
  readonly message?: string;
}

/** Code, sentence, place, hint; all violations when there are several. Never a stack trace. */
export function errorText(error: AppError): string {
  const place = formatPlace(error.place);
  const lines = [`error ${error.code}: ${printable(error.message)}`];
  if (place !== '') lines.push(`  at ${printable(place)}`);
  const violations = error.details['violations'] ?? error.details['diagnostics'];
  if (Array.isArray(violations) && violations.length > 1) {
    for (const one of (violations as Detail[]).slice(0, 20)) {
      const where = one.line === undefined ? one.pointer || '/' : `${one.line}:${one.column ?? 1}`;
      lines.push(`  - ${printable(`${where}: ${one.message ?? ''}`)}`);
    }
    if (violations.length > 20) lines.push(`  - and ${violations.length - 20} more`);
  }
  lines.push(`  hint: ${printable(error.hint)}`);
  return `${lines.join('\n')}\n`;
}
