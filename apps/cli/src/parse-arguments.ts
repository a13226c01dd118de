import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { ArgumentSpec, Command, OptionSpec, OptionValues } from './command.ts';
import { fail } from './errors.ts';

type Options = Readonly<Record<string, OptionSpec>>;

export interface ParsedArguments {
  readonly args: readonly string[];
  readonly options: OptionValues<Options>;
  readonly isHelp: boolean;
}

/**
 * Reads the words after the command's name by the command's own declaration.
 *
 * @throws AppError `USAGE` that names the word at fault and, for a misspelt option, the nearest one
 */
export function parseArguments(path: string, command: Command, words: readonly string[]): ParsedArguments {
  const config: ParseArgsOptionsConfig = { help: { type: 'boolean', short: 'h' } };
  for (const [name, spec] of Object.entries(command.options)) {
    config[name] = { type: spec.type === 'flag' ? 'boolean' : 'string', multiple: true };
  }
  let parsed;
  try {
    parsed = parseArgs({ args: [...words], options: config, allowPositionals: true, strict: true });
  } catch (cause) {
    throw usage(path, sentenceOf(cause, Object.keys(config)), cause);
  }
  const given = parsed.values as Record<string, (string | boolean)[] | boolean | undefined>;
  if (given['help'] === true) return { args: [], options: {}, isHelp: true };
  const options: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(command.options)) {
    options[name] = optionValue(path, name, spec, (given[name] as (string | boolean)[] | undefined) ?? []);
  }
  checkArity(path, command.arguments, parsed.positionals);
  return { args: parsed.positionals, options: options as OptionValues<Options>, isHelp: false };
}

function optionValue(path: string, name: string, spec: OptionSpec, given: readonly (string | boolean)[]): unknown {
  if (spec.type === 'flag') return given.length > 0;
  const texts = given as readonly string[];
  if (spec.type === 'list') return [...texts];
  if (texts.length > 1) throw usage(path, `--${name} may be given once`);
  const [text] = texts;
  if (spec.type === 'choice') {
    if (text !== undefined && !spec.choices.includes(text)) {
      throw usage(path, `--${name} takes ${spec.choices.join(', ')}; "${text}" is none of them`);
    }
    return text ?? spec.default;
  }
  if (text === undefined && spec.required) throw usage(path, `--${name} ${spec.value} is missing`);
  if (text === '') throw usage(path, `--${name} needs a value`);
  return text ?? spec.default;
}

function checkArity(path: string, specs: readonly ArgumentSpec[], words: readonly string[]): void {
  const takesMany = specs.some((spec) => spec.arity === 'many' || spec.arity === 'any');
  if (!takesMany && words.length > specs.length) throw usage(path, `"${words[specs.length]}" is one argument too many`);
  for (const [index, spec] of specs.entries()) {
    if ((spec.arity === 'one' || spec.arity === 'many') && (words[index] ?? '') === '') {
      throw usage(path, `argument <${spec.name}> is missing`);
    }
  }
}

function usage(path: string, sentence: string, cause?: unknown) {
  return fail('USAGE', sentence, { hint: `Run "stella ${path} --help".`, cause });
}

function sentenceOf(cause: unknown, known: readonly string[]): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const unknown = /Unknown option '([^']{1,100})'/.exec(message)?.[1];
  if (unknown === undefined) return message.split('. ')[0] ?? message;
  const near = nearest(unknown.replace(/^-+/, ''), known);
  return `unknown option ${unknown}${near === undefined ? '' : `; did you mean --${near}?`}`;
}

/** The known word at the smallest edit distance, when that is small enough to be a slip. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(word.slice(0, 40), candidate);
    if (distance <= 2 && distance < (best?.distance ?? 3)) best = { word: candidate, distance };
  }
  return best?.word;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
