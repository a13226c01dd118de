import { formatPlace, type Place } from '@stella-ops/engine-kernel';
import type * as z from 'zod';
import { fail } from '../errors.ts';
import type { ConfigOf, ConfigSections } from './define-config.ts';
import { type Located, readYaml } from './read-yaml.ts';
import { type Setting, settingsOf } from './settings.ts';

export interface ConfigFault {
  readonly place: Place;
  readonly message: string;
}

export interface ConfigSources {
  /** Later files win. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `http.port` → text. */
  readonly flags: Readonly<Record<string, string>>;
  /** Content of a file that an `…_FILE` variable names. */
  readonly readFile: (path: string) => string;
}

/**
 * The settings of all sections: defaults, then files, then environment, then flags.
 *
 * @throws AppError `CONFIG_INVALID` that lists every fault with its place: a file with line and column, a variable or a
 *   flag. Values are never shown.
 */
export function loadConfig<const S extends ConfigSections>(sections: S, sources: ConfigSources): ConfigOf<S> {
  const faults: ConfigFault[] = [];
  const given = new Values();
  for (const { path, text } of sources.files) {
    const root = readYaml(path, text, faults);
    if (root !== undefined) given.putFile([], root);
  }
  const settings = settingsOf(sections);
  putEnvironment(given, settings, sources, faults);
  putFlags(given, settings, sources.flags, faults);

  const config: Record<string, unknown> = {};
  for (const [name, { schema }] of Object.entries(sections)) {
    const parsed = schema.safeParse(given.at(name) ?? {});
    if (parsed.success) config[name] = parsed.data;
    else for (const issue of parsed.error.issues) faults.push(given.faultOf([name, ...issue.path.map(String)], issue));
  }
  for (const name of given.names()) {
    if (!Object.hasOwn(sections, name)) {
      faults.push({ place: given.placeOf([name]), message: `there is no section "${name.slice(0, 60)}"` });
    }
  }
  if (faults.length > 0) throw invalid(faults);
  return config as ConfigOf<S>;
}

function invalid(faults: readonly ConfigFault[]): Error {
  const lines = faults.map(({ place, message }) => {
    const { pointer = '', ...rest } = place;
    const where = [formatPlace(rest), pointer].filter((part) => part !== '').join(' ');
    return `${where}: ${message}`;
  });
  const violations = faults.map(({ place, message }) => ({ pointer: place.pointer ?? '', message }));
  const sentence = `${faults.length} ${faults.length === 1 ? 'setting is' : 'settings are'} wrong`;
  return fail('CONFIG_INVALID', `${sentence}\n${lines.join('\n')}`, { details: { violations } });
}

type Tree = Map<string, Tree | { readonly value: unknown }>;

/** Values by path, each with the place that gave it. A later value replaces an earlier one, member by member. */
class Values {
  readonly #tree: Tree = new Map();
  readonly #places = new Map<string, Place>();

  putFile(path: readonly string[], located: Located): void {
    this.#places.set(path.join('/'), located.place);
    if (located.value instanceof Map) {
      this.#treeAt(path);
      for (const [name, member] of located.value as ReadonlyMap<string, Located>) this.putFile([...path, name], member);
    } else if (path.length > 0) this.#put(path, plain(located));
  }

  put(path: readonly string[], value: unknown, place: Place): void {
    this.#places.set(path.join('/'), place);
    this.#put(path, value);
  }

  #put(path: readonly string[], value: unknown): void {
    this.#treeAt(path.slice(0, -1)).set(path.at(-1) ?? '', { value });
  }

  #treeAt(path: readonly string[]): Tree {
    let tree = this.#tree;
    for (const name of path) {
      const next = tree.get(name);
      const child: Tree = next instanceof Map ? next : new Map();
      tree.set(name, child);
      tree = child;
    }
    return tree;
  }

  names(): Iterable<string> {
    return this.#tree.keys();
  }

  at(section: string): unknown {
    const found = this.#tree.get(section);
    return found === undefined ? undefined : unwrap(found);
  }

  /** The place of a value, or of the nearest value around it. */
  placeOf(path: readonly string[]): Place {
    for (let length = path.length; length >= 0; length--) {
      const place = this.#places.get(path.slice(0, length).join('/'));
      if (place !== undefined) return { ...place, pointer: `/${path.join('/')}` };
    }
    return { pointer: `/${path.join('/')}` };
  }

  faultOf(path: readonly string[], issue: z.core.$ZodIssue): ConfigFault {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    return { place: this.placeOf(unknown === undefined ? path : [...path, unknown]), message: issue.message };
  }
}

function unwrap(node: Tree | { readonly value: unknown }): unknown {
  if (!(node instanceof Map)) return node.value;
  const object = Object.create(null) as Record<string, unknown>;
  for (const [name, member] of node) object[name] = unwrap(member);
  return object;
}

function plain({ value }: Located): unknown {
  if (value instanceof Map) {
    const object = Object.create(null) as Record<string, unknown>;
    for (const [name, member] of value as ReadonlyMap<string, Located>) object[name] = plain(member);
    return object;
  }
  return Array.isArray(value) ? (value as readonly Located[]).map(plain) : value;
}

function putEnvironment(
  given: Values,
  settings: readonly Setting[],
  sources: ConfigSources,
  faults: ConfigFault[],
): void {
  const byVariable = new Map(settings.map((setting) => [setting.variable, setting]));
  for (const [variable, text] of Object.entries(sources.env)) {
    // Names without a section (STELLA_CONFIG, STELLA_DATA_DIR, …) belong to programs, not to services.
    if (text === undefined || !variable.startsWith('STELLA_') || !variable.includes('__')) continue;
    const place = { file: variable };
    const direct = byVariable.get(variable);
    const fromFile = variable.endsWith('_FILE') ? byVariable.get(variable.slice(0, -'_FILE'.length)) : undefined;
    if (direct !== undefined) given.put(direct.path, valueOf(direct, text), place);
    else if (fromFile === undefined) faults.push({ place, message: 'there is no such setting' });
    else {
      try {
        given.put(fromFile.path, valueOf(fromFile, sources.readFile(text).replace(/\r?\n$/, '')), place);
      } catch (error) {
        faults.push({ place, message: `the file cannot be read: ${error instanceof Error ? error.message : ''}` });
      }
    }
  }
}

function putFlags(
  given: Values,
  settings: readonly Setting[],
  flags: ConfigSources['flags'],
  faults: ConfigFault[],
): void {
  const byName = new Map(settings.map((setting) => [setting.path.join('.'), setting]));
  for (const [name, text] of Object.entries(flags)) {
    const place = { file: `--${name}` };
    const setting = byName.get(name);
    if (setting === undefined) faults.push({ place, message: 'there is no such setting' });
    // Every user of the machine can read the arguments of a process.
    else if (setting.isSecret)
      faults.push({ place, message: `a secret cannot be an argument; use ${setting.variable}_FILE` });
    else given.put(setting.path, valueOf(setting, text), place);
  }
}

/** What does not read as the setting's type stays text, and the schema names the fault. */
function valueOf({ type }: Setting, text: string): unknown {
  if ((type === 'number' || type === 'integer') && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (type === 'array') return text === '' ? [] : text.split(',').map((item) => item.trim());
  return text;
}
