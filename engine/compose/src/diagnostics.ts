import { compareText } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import type { Diagnostic, ReadResult } from './types.ts';

/** Every kind of fault that a template can have, with what its author can do about it. */
export const DIAGNOSTIC_HINTS = {
  TEMPLATE_TOO_LARGE: 'Split the template over several environments, or move data out of it.',
  TEMPLATE_TOO_DEEP: 'Flatten the document; nesting is limited.',
  TEMPLATE_NOT_UTF8: 'Save the document as UTF-8.',
  YAML_INVALID: 'Correct the YAML at this place.',
  YAML_DUPLICATE_KEY: 'Remove one of the two members.',
  YAML_FEATURE_REFUSED: 'Write the value out; anchors, aliases, tags, merge keys and several documents are not taken.',
  MEMBER_INVALID: 'Correct the member at this place.',
  MEMBER_MISSING: 'Add the member.',
  MEMBER_UNSUPPORTED: 'Remove the member; what is not carried out must not look as if it were.',
  INTERPOLATION_REFUSED: 'Write the value out, or write "$$" for a dollar sign; nothing is taken from a host.',
  IMAGE_NOT_PINNED: 'Write "component:NAME" for an image of the release, or "repository@sha256:…" for another one.',
  NAME_UNKNOWN: 'Name something that the file declares.',
  DEPENDENCY_CYCLE: 'Take one of the dependencies out.',
} as const;
export type DiagnosticCode = keyof typeof DIAGNOSTIC_HINTS;

/** Documents may not turn their faults into a flood. */
const MAX_DIAGNOSTICS = 100;

/** In reading order, at most 100. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics]
    .sort((a, b) => a.line - b.line || a.column - b.column || compareText(a.code, b.code))
    .slice(0, MAX_DIAGNOSTICS);
}

/** The model, for callers that cannot go on without. @throws AppError `COMPOSE_INVALID` with the first fault; all are in `details.diagnostics` */
export function modelOrThrow<T>(result: ReadResult<T>): T {
  if (result.ok) return result.model;
  const [first] = result.diagnostics;
  const more = result.diagnostics.length > 1 ? ` (and ${result.diagnostics.length - 1} more)` : '';
  throw fail('COMPOSE_INVALID', `${first?.message ?? 'the document cannot be read'}${more}`, {
    ...(first === undefined
      ? {}
      : {
          place: { file: first.file, line: first.line, column: first.column, pointer: first.pointer },
          hint: first.hint,
        }),
    details: { diagnostics: result.diagnostics },
  });
}
