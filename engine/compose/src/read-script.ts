import { decode, type Shape, shape, sortedBy } from '@stella-ops/engine-kernel';
import { TEMPLATE, type TemplateSource } from './diagnostics.ts';
import { COMPONENT_NAME } from './image-of.ts';
import { HOOK_NAMES, type HookName, type ScriptHook } from './plan-types.ts';
import { shapeFault } from './read-compose.ts';
import { assignments, orNull, section, wrong } from './shapes.ts';
import type { ReadResult, ScriptTemplate } from './types.ts';
import { readYaml, sortDiagnostics } from './yaml/index.ts';

const argument = shape.string({ max: 131_072, pattern: /^[^\0]*$/, what: 'text without NUL' });
const REFUSALS = { shell: 'name the shell in "argv" when you want one', user: 'hooks run as the agent does' };

const hook =
  (source: TemplateSource): Shape<ScriptHook> =>
  (value, pointer, violations) => {
    const before = violations.length;
    const read = section(
      {
        argv: shape.array(argument, { min: 1, max: 200 }),
        timeoutSeconds: shape.optional(shape.integer({ min: 1, max: 86_400 })),
        environment: shape.optional(orNull(assignments(source, 'a variable'))),
      },
      REFUSALS,
    )(value, pointer, violations);
    if (violations.length > before) return undefined as unknown as ScriptHook;
    if (read.argv[0] === '') return wrong(violations, `${pointer}/argv/0`, 'expected a program');
    return { argv: read.argv, timeoutSeconds: read.timeoutSeconds ?? 300, environment: read.environment ?? {} };
  };

const component: Shape<string> = (value, pointer, violations) => {
  const name = typeof value === 'string' && value.startsWith('component:') ? value.slice(10) : '';
  return COMPONENT_NAME.test(name) ? name : wrong(violations, pointer, 'expected "component:NAME"');
};

/** Relative, without `..`, `.` and empty parts; `stella.` at the start is ours. */
const FILE_PATH = /^(?!stella\.)[\w@+-][\w.@+-]{0,127}(?:\/[\w@+-][\w.@+-]{0,127}){0,15}$/;
const FILE = section({
  content: shape.string({ max: 65_536 }),
  executable: shape.optional(shape.boolean),
});

const templateShape = (source: TemplateSource) =>
  section({
    kind: shape.literal('script'),
    archive: shape.optional(orNull(component)),
    files: shape.optional(orNull(shape.record(shape.either(FILE, shape.string({ max: 65_536 })), { max: 100 }))),
    hooks: section({
      before: shape.optional(hook(source)),
      install: shape.optional(hook(source)),
      verify: shape.optional(hook(source)),
      after: shape.optional(hook(source)),
      rollback: shape.optional(hook(source)),
    }),
    keep: shape.optional(shape.integer({ min: 1, max: 50 })),
  });

/**
 * Reads a script template: `kind: script`, hooks as lists of arguments, files of its own, and the component whose
 * image's files are unpacked. Strict: an unknown member is a fault.
 *
 * @param bytes YAML, UTF-8, at most 256 KiB
 * @param file name used in diagnostics
 */
export function readScriptTemplate(bytes: Uint8Array, file: string): ReadResult<ScriptTemplate> {
  const yaml = readYaml(bytes, file, TEMPLATE);
  if (!yaml.ok) return yaml;
  const { source } = yaml;
  const decoded = decode(templateShape(source), source.value);
  if (!decoded.ok) {
    return { ok: false, diagnostics: sortDiagnostics(decoded.violations.map((one) => shapeFault(source, one))) };
  }
  const { archive = null, files, hooks, keep = 5 } = decoded.value;
  const paths = Object.keys(files ?? {});
  const faults = paths.flatMap((path) => {
    const at = shape.step('/files', path);
    if (!FILE_PATH.test(path))
      return [source.fault('MEMBER_INVALID', at, 'expected a relative path like "bin/start"', { key: true })];
    if (!paths.some((other) => other.startsWith(`${path}/`))) return [];
    return [source.fault('MEMBER_INVALID', at, 'the path is a file and a folder', { key: true })];
  });
  const first = HOOK_NAMES.find((name) => hooks[name] !== undefined);
  if (first === undefined && archive === null && paths.length === 0) {
    faults.push(
      source.fault('MEMBER_MISSING', '', 'the template has no hook, no file and no archive: it does nothing'),
    );
  }
  if (faults.length > 0) return { ok: false, diagnostics: sortDiagnostics(faults) };
  const rows = paths.map((path) => {
    const one = files?.[path];
    return typeof one === 'object'
      ? { path, content: one.content, isExecutable: one.executable ?? false }
      : { path, content: one ?? '', isExecutable: false };
  });
  return {
    ok: true,
    model: {
      kind: 'script',
      archive,
      files: sortedBy(rows, (row) => row.path),
      hooks: Object.fromEntries(HOOK_NAMES.map((name) => [name, hooks[name] ?? null])) as Record<
        HookName,
        ScriptHook | null
      >,
      keep,
      components: archive === null ? [] : [archive],
    },
  };
}
