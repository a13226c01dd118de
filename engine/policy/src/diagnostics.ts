import { compareText, formatPlace } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';

/** Every kind of fault a document of ours can have, with what its author can do about it. */
export const DIAGNOSTIC_HINTS = {
  DOCUMENT_TOO_LARGE: 'Split the document.',
  DOCUMENT_TOO_DEEP: 'Flatten the document; nesting is limited.',
  DOCUMENT_NOT_UTF8: 'Save the document as UTF-8.',
  YAML_INVALID: 'Correct the YAML at this place.',
  YAML_DUPLICATE_KEY: 'Remove one of the two members.',
  YAML_FEATURE_REFUSED: 'Write the value out; anchors, aliases, tags, merge keys and several documents are not taken.',
  MEMBER_INVALID: 'Correct the member at this place.',
  MEMBER_UNKNOWN: 'Remove the member or correct its spelling.',
  MEMBER_MISSING: 'Add the member.',
  RULE_DUPLICATE: 'Give every rule an id of its own.',
  PARAM_NAME_INVALID: 'Name parameters like threshold or maxAgeDays.',
  PARAM_UNUSED:
    'Use the parameter in a rule or remove it; a setting that nothing reads must not look like one that works.',
  CEL_SYNTAX: 'Correct the condition at this place.',
  CEL_UNKNOWN_NAME: 'Use a name that this kind of rule offers.',
  CEL_TYPE: 'Compare values of one type; the condition as a whole must be true or false.',
  CEL_NOT_ALLOWED:
    'Conditions use == != < <= > >= in && || ! ?:, startsWith, endsWith, contains, lowerAscii, size, double, exists, exists_one and all.',
  PLACEHOLDER_INVALID: 'Write {name} with a name that the rule can read; write {{ for a brace.',
  TIME_INVALID: 'Write times as 2026-01-02T03:04:05Z.',
  TIME_ORDER: 'An exception ends after it begins.',
  EXCEPTION_DUPLICATE: 'Give every exception an id of its own.',
  PURL_INVALID: 'Write the package as pkg:type/namespace/name or pkg:type/namespace/name@version.',
} as const;
export type DiagnosticCode = keyof typeof DIAGNOSTIC_HINTS;

/** One fault of a document, where its author will look for it. */
export interface Diagnostic {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units; inside a condition it points into the condition. */
  readonly column: number;
  /** RFC 6901. */
  readonly pointer: string;
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint: string;
}

/** Documents may not turn their faults into a flood. */
const MAX_DIAGNOSTICS = 100;

/** In reading order, at most 100. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics]
    .sort((a, b) => a.line - b.line || a.column - b.column || compareText(a.code, b.code))
    .slice(0, MAX_DIAGNOSTICS);
}

/** `pack.yaml:7:12: CEL_TYPE: …` */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  return `${formatPlace({ file: diagnostic.file, line: diagnostic.line, column: diagnostic.column })}: ${diagnostic.code}: ${diagnostic.message}`;
}

/** For callers that cannot go on without the document. @throws AppError with the first fault; all are in `details.diagnostics` */
export function throwDiagnostics(
  code: 'POLICY_INVALID' | 'EXCEPTIONS_INVALID',
  diagnostics: readonly Diagnostic[],
): never {
  const [first] = diagnostics;
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : '';
  throw fail(code, `${first?.message ?? 'the document cannot be read'}${more}`, {
    ...(first === undefined
      ? {}
      : {
          place: { file: first.file, line: first.line, column: first.column, pointer: first.pointer },
          hint: first.hint,
        }),
    details: { diagnostics },
  });
}
