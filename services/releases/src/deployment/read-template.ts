import {
  type ComposeModel,
  type Diagnostic,
  readCompose,
  readScriptTemplate,
  type ScriptTemplate,
} from '@stella-ops/engine-compose';
import { fail } from '../errors.ts';

const FILES = { compose: 'compose.yaml', script: 'script.yaml' } as const;
/** Faults that are listed; the first says where to begin. */
const MAX_FAULTS = 20;

/** @throws AppError `TEMPLATE_INVALID` with the place of the first fault, and all of them */
export function readTemplate(kind: 'compose' | 'script', bytes: Uint8Array): ComposeModel | ScriptTemplate {
  const read = kind === 'compose' ? readCompose(bytes, FILES[kind]) : readScriptTemplate(bytes, FILES[kind]);
  if (read.ok) return read.model;
  const [first] = read.diagnostics;
  if (first === undefined) throw new Error('a template that cannot be read has a fault');
  throw fail('TEMPLATE_INVALID', first.message, {
    hint: first.hint,
    place: { file: first.file, line: first.line, column: first.column, pointer: first.pointer },
    details: { violations: read.diagnostics.slice(0, MAX_FAULTS).map(violationOf) },
  });
}

function violationOf({ pointer, message, line, column, code }: Diagnostic) {
  return { pointer, message, line, column, code };
}

/** Names of services that a template has, and of components that it needs; a script template without any takes all. */
export function namesOf(model: ComposeModel | ScriptTemplate): {
  readonly services: readonly string[];
  readonly components: readonly string[];
} {
  const services = model.kind === 'compose' ? model.services.map(({ name }) => name) : model.components;
  return { services, components: model.components };
}
