import { stringify } from 'yaml';
import {
  type ArgumentSpec,
  type Command,
  defineCommand,
  formatOption,
  OUTPUT_OPTION,
  type OptionSpec,
  type OptionValues,
} from '../command.ts';
import type { Context } from '../context.ts';
import { openSession, type Session } from './session.ts';

export const SERVER_OPTION = {
  type: 'text',
  value: 'URL',
  summary: 'server to speak to (default: STELLA_SERVER, else that of the last login)',
} as const satisfies OptionSpec;

const COMMON = { server: SERVER_OPTION, format: formatOption('table', 'json', 'yaml'), output: OUTPUT_OPTION } as const;

/** What a server command found: a value for programs, a text for people. */
export interface Shown {
  /** What `--format json` and `yaml` print: the API's own members. */
  readonly value: unknown;
  readonly text: () => string;
  readonly exit?: number;
}

interface ServerCommand<O extends Readonly<Record<string, OptionSpec>>> {
  readonly description?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: O;
  readonly examples: readonly string[];
  readonly exits?: Readonly<Record<number, string>>;
  run(session: Session, args: readonly string[], options: OptionValues<O>, context: Context): Promise<Shown>;
}

export const SERVER_EXITS = {
  2: 'invalid input',
  3: 'not logged in, or not allowed',
  4: 'not found',
  10: 'the server may answer later',
} as const;

/** A command that speaks to a server: the options, exit codes and formats that all of them have, in one place. */
export function defineServerCommand<const O extends Readonly<Record<string, OptionSpec>> = {}>(
  spec: ServerCommand<O>,
): Command<O & typeof COMMON> {
  return defineCommand<O & typeof COMMON>({
    description: spec.description ?? '',
    arguments: spec.arguments ?? [],
    options: { ...(spec.options ?? ({} as O)), ...COMMON },
    examples: spec.examples,
    exits: { ...SERVER_EXITS, ...spec.exits },
    async run(context, args, options) {
      const { server } = options as { readonly server?: string };
      const session = await openSession(context, server);
      const { value, text, exit = 0 } = await spec.run(session, args, options, context);
      return {
        exit,
        render: {
          table: text,
          json: () => `${JSON.stringify(value, null, 2)}\n`,
          yaml: () => stringify(value),
        },
      };
    },
  });
}
