import {
  firstFault,
  YAML_HINTS,
  type Diagnostic as YamlDiagnostic,
  type YamlFormat,
  type YamlSource,
} from '@stella-ops/engine-compose/yaml';
import { formatPlace } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';

/** Every kind of fault a document of ours can have, with what its author can do about it. */
export const DIAGNOSTIC_HINTS = {
  DOCUMENT_TOO_LARGE: 'Split the document.',
  DOCUMENT_TOO_DEEP: 'Flatten the document; nesting is limited.',
  DOCUMENT_NOT_UTF8: 'Save the document as UTF-8.',
  ...YAML_HINTS,
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

/** One fault of a document, where its author will look for it; inside a condition the column points into the condition. */
export type Diagnostic = YamlDiagnostic<DiagnosticCode>;

/** A document of ours: at most 4 MiB, nested at most 24 deep. */
export const DOCUMENT: YamlFormat<DiagnosticCode> = {
  maxBytes: 4 * 1024 * 1024,
  maxDepth: 24,
  codes: { tooLarge: 'DOCUMENT_TOO_LARGE', tooDeep: 'DOCUMENT_TOO_DEEP', notUtf8: 'DOCUMENT_NOT_UTF8' },
  hints: DIAGNOSTIC_HINTS,
};
export type DocumentSource = YamlSource<DiagnosticCode>;

/** `pack.yaml:7:12: CEL_TYPE: …` */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  return `${formatPlace({ file: diagnostic.file, line: diagnostic.line, column: diagnostic.column })}: ${diagnostic.code}: ${diagnostic.message}`;
}

/** For callers that cannot go on without the document. @throws AppError with the first fault; all are in `details.diagnostics` */
export function throwDiagnostics(
  code: 'POLICY_INVALID' | 'EXCEPTIONS_INVALID',
  diagnostics: readonly Diagnostic[],
): never {
  throw fail(code, ...firstFault(diagnostics));
}
