export { type Compiled, type Condition, expressionCompiler } from './compile.ts';
export { type Diagnostic, DIAGNOSTIC_HINTS, type DiagnosticCode, formatDiagnostic } from './diagnostics.ts';
export { POLICY_ERRORS } from './errors.ts';
export { evaluate } from './evaluate.ts';
export type { Field, Fields, Scope } from './fields.ts';
export type { PolicyPack } from './pack.ts';
export { parseVerdict } from './parse-verdict.ts';
export {
  canonicalExceptions,
  exceptionsOrThrow,
  type ExceptionsResult,
  NO_EXCEPTIONS,
  parseCanonicalExceptions,
  readExceptions,
} from './read-exceptions.ts';
export { packOrThrow, type PackResult, readPack } from './read-pack.ts';
export { LATTICE_SEMANTICS } from './semantics.ts';
export * from './types.ts';
