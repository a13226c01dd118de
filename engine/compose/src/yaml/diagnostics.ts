import { compareText, type ErrorInit } from '@stella-ops/engine-kernel';

/** What is wrong with YAML itself, whatever the document is about, with what its author can do about it. */
export const YAML_HINTS = {
  YAML_INVALID: 'Correct the YAML at this place.',
  YAML_DUPLICATE_KEY: 'Remove one of the two members.',
  YAML_FEATURE_REFUSED: 'Write the value out; anchors, aliases, tags, merge keys and several documents are not taken.',
} as const;
export type YamlCode = keyof typeof YAML_HINTS;

/** One fault of a document, where its author will look for it. */
export interface Diagnostic<Code extends string = string> {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units; of a fault inside a text it points into the text. */
  readonly column: number;
  /** RFC 6901. */
  readonly pointer: string;
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
}

/** Documents may not turn their faults into a flood. */
const MAX_DIAGNOSTICS = 100;

/** In reading order, at most 100. */
export function sortDiagnostics<Code extends string>(diagnostics: readonly Diagnostic<Code>[]): Diagnostic<Code>[] {
  return [...diagnostics]
    .sort((a, b) => a.line - b.line || a.column - b.column || compareText(a.code, b.code))
    .slice(0, MAX_DIAGNOSTICS);
}

/** What an error says of a document that cannot be read: the first fault with its place; all are in `details.diagnostics`. */
export function firstFault(diagnostics: readonly Diagnostic[]): readonly [message: string, init: ErrorInit] {
  const [first] = diagnostics;
  const details = { diagnostics };
  if (first === undefined) return ['the document cannot be read', { details }];
  const { file, line, column, pointer, hint } = first;
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : '';
  return [`${first.message}${more}`, { place: { file, line, column, pointer }, hint, details }];
}
