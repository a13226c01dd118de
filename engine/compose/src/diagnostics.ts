import { fail } from './errors.ts';
import type { ReadResult } from './types.ts';
import { firstFault, YAML_HINTS, type YamlFormat, type YamlSource } from './yaml/index.ts';

/** Every kind of fault that a template can have, with what its author can do about it. */
export const DIAGNOSTIC_HINTS = {
  TEMPLATE_TOO_LARGE: 'Split the template over several environments, or move data out of it.',
  TEMPLATE_TOO_DEEP: 'Flatten the document; nesting is limited.',
  TEMPLATE_NOT_UTF8: 'Save the document as UTF-8.',
  ...YAML_HINTS,
  MEMBER_INVALID: 'Correct the member at this place.',
  MEMBER_MISSING: 'Add the member.',
  MEMBER_UNSUPPORTED: 'Remove the member; what is not carried out must not look as if it were.',
  INTERPOLATION_REFUSED: 'Write the value out, or write "$$" for a dollar sign; nothing is taken from a host.',
  IMAGE_NOT_PINNED: 'Write "component:NAME" for an image of the release, or "repository@sha256:…" for another one.',
  NAME_UNKNOWN: 'Name something that the file declares.',
  DEPENDENCY_CYCLE: 'Take one of the dependencies out.',
} as const;
export type DiagnosticCode = keyof typeof DIAGNOSTIC_HINTS;

/** A template: at most 256 KiB, which is read within a second whatever stands in it, nested at most 16 deep. */
export const TEMPLATE: YamlFormat<DiagnosticCode> = {
  maxBytes: 256 * 1024,
  maxDepth: 16,
  codes: { tooLarge: 'TEMPLATE_TOO_LARGE', tooDeep: 'TEMPLATE_TOO_DEEP', notUtf8: 'TEMPLATE_NOT_UTF8' },
  hints: DIAGNOSTIC_HINTS,
};
export type TemplateSource = YamlSource<DiagnosticCode>;

/** The model, for callers that cannot go on without. @throws AppError `COMPOSE_INVALID` with the first fault; all are in `details.diagnostics` */
export function modelOrThrow<T>(result: ReadResult<T>): T {
  if (result.ok) return result.model;
  throw fail('COMPOSE_INVALID', ...firstFault(result.diagnostics));
}
