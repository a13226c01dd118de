import type { Context } from './context.ts';

interface OptionBase {
  readonly summary: string;
}
export type OptionSpec =
  | (OptionBase & { readonly type: 'flag' })
  | (OptionBase & {
      readonly type: 'text';
      readonly value: string;
      readonly required?: true;
      readonly default?: string;
    })
  | (OptionBase & { readonly type: 'list'; readonly value: string })
  | (OptionBase & { readonly type: 'choice'; readonly choices: readonly string[]; readonly default?: string });

/** A positional argument. Only the last one may take many. */
export interface ArgumentSpec {
  readonly name: string;
  readonly summary: string;
  readonly arity: 'one' | 'optional' | 'many' | 'any';
}

type ValueOf<S extends OptionSpec> = S extends { type: 'flag' }
  ? boolean
  : S extends { type: 'list' }
    ? string[]
    : S extends { type: 'choice'; choices: readonly (infer C)[] }
      ? S extends { default: string }
        ? C
        : C | undefined
      : S extends { required: true } | { default: string }
        ? string
        : string | undefined;

export type OptionValues<O extends Readonly<Record<string, OptionSpec>>> = { readonly [K in keyof O]: ValueOf<O[K]> };

/** What a command gives back: a value, how to show it, and an exit code when it is not 0. */
export interface CommandResult {
  readonly exit?: number;
  /** One renderer for each value of `--format`; only the chosen one runs. */
  readonly render: Readonly<Record<string, () => string | Uint8Array>>;
}

/**
 * A command is data: names, help, options, and a handler that returns a value. Parsing, help, printing and exit codes
 * are elsewhere and the same for all.
 */
export interface Command<O extends Readonly<Record<string, OptionSpec>> = Readonly<Record<string, OptionSpec>>> {
  readonly description: string;
  readonly arguments: readonly ArgumentSpec[];
  readonly options: O;
  readonly examples: readonly string[];
  /** Exit codes beyond 0 and 1, with what they mean here. */
  readonly exits: Readonly<Record<number, string>>;
  run(context: Context, args: readonly string[], options: OptionValues<O>): Promise<CommandResult>;
}

export function defineCommand<const O extends Readonly<Record<string, OptionSpec>>>(command: Command<O>): Command<O> {
  return command;
}

/** `--output`, which every command that prints a document takes. */
export const OUTPUT_OPTION = {
  type: 'text',
  value: 'FILE',
  summary: 'write the result to FILE in place of standard output',
} as const;

/** `--format` with the formats of a command; the first is the default. */
export function formatOption<const F extends readonly [string, ...string[]]>(...choices: F) {
  return { type: 'choice', choices, default: choices[0], summary: 'shape of the result' } as const;
}
