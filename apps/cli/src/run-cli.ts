import { AppError, canonicalJson, EXIT } from '@stella-ops/engine-kernel';
import { type Command, type CommandResult, OUTPUT_OPTION } from './command.ts';
import type { Context } from './context.ts';
import { fail } from './errors.ts';
import { commandHelp, groupHelp, programHelp } from './help.ts';
import { writeOutput } from './output.ts';
import { nearest, parseArguments } from './parse-arguments.ts';
import { COMMANDS, type RegisteredCommand } from './registry.ts';
import { errorText } from './render/error.ts';
import { printable, printableLines } from './render/table.ts';
import { VERSION } from './version.ts';

export interface Outcome {
  readonly exit: number;
  readonly stdout: string | Uint8Array;
  readonly stderr: string;
}

/** Runs one command line and returns what it would print. Nothing here touches the process. */
export async function runCli(words: readonly string[], context: Context): Promise<Outcome> {
  // Names, sentences and warnings come from documents, agents and servers: none of them steers the terminal.
  const harmless: Context = {
    ...context,
    progress: (text) => context.progress(printable(text)),
    notice: (text) => context.notice(printableLines(text)),
  };
  try {
    return await dispatch(words, harmless);
  } catch (error) {
    const known = error instanceof AppError ? error : unexpected(error);
    const origin = context.env['STELLA_DEBUG'] === '1' && error instanceof Error ? `${error.stack}\n` : '';
    return { exit: known.exit, stdout: '', stderr: errorText(known) + origin };
  }
}

async function dispatch(words: readonly string[], context: Context): Promise<Outcome> {
  const [first] = words;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const text = programHelp(VERSION);
    return first === undefined
      ? { exit: EXIT.invalid, stdout: '', stderr: text }
      : { exit: 0, stdout: text, stderr: '' };
  }
  const found = findCommand(first === '--version' ? ['version'] : words);
  if (found === undefined) return groupOrUnknown(words);
  const command = await found.entry.load();
  const parsed = parseArguments(found.entry.path, command, found.rest);
  if (parsed.isHelp)
    return { exit: 0, stdout: commandHelp(found.entry.path, found.entry.summary, command), stderr: '' };
  const result = await command.run(context, parsed.args, parsed.options);
  return await print(command, result, parsed.options, context);
}

async function print(
  command: Command,
  result: CommandResult,
  options: Readonly<Record<string, unknown>>,
  context: Context,
): Promise<Outcome> {
  const format = typeof options['format'] === 'string' ? options['format'] : (Object.keys(result.render)[0] ?? '');
  const render = result.render[format];
  if (render === undefined) throw new Error(`no renderer for format ${format}`);
  const said = render();
  const text = format === 'table' && typeof said === 'string' ? printableLines(said) : said;
  const exit = result.exit ?? 0;
  // Some commands make a file of their own and call it --output; only the shared option takes the rendered result.
  const output = command.options['output'] === OUTPUT_OPTION ? options['output'] : undefined;
  if (typeof output !== 'string') return { exit, stdout: text, stderr: '' };
  await writeOutput(output, text, context);
  return { exit, stdout: '', stderr: '' };
}

interface Found {
  readonly entry: RegisteredCommand;
  readonly rest: readonly string[];
}

function findCommand(words: readonly string[]): Found | undefined {
  for (const length of [2, 1]) {
    const path = words.slice(0, length).join(' ');
    const entry = COMMANDS.find((command) => command.path === path);
    if (entry !== undefined) return { entry, rest: words.slice(length) };
  }
  return undefined;
}

function groupOrUnknown(words: readonly string[]): Outcome {
  const [first = '', second] = words;
  const isGroup = COMMANDS.some((command) => command.path.startsWith(`${first} `));
  if (isGroup && (second === undefined || second === '--help' || second === '-h')) {
    const isAsked = second !== undefined;
    return {
      exit: isAsked ? 0 : EXIT.invalid,
      stdout: isAsked ? groupHelp(first) : '',
      stderr: isAsked ? '' : groupHelp(first),
    };
  }
  const word = isGroup ? `${first} ${second}` : first;
  const near = nearest(
    word,
    isGroup ? COMMANDS.map((one) => one.path) : COMMANDS.map((one) => one.path.split(' ')[0] ?? ''),
  );
  throw fail('USAGE', `there is no command "${word.slice(0, 60)}"`, {
    hint: near === undefined ? 'Run "stella --help" for the list.' : `Did you mean "stella ${near}"?`,
  });
}

function unexpected(error: unknown): AppError {
  const message = error instanceof Error ? error.message : canonicalJson(String(error));
  return fail('UNEXPECTED', message, { cause: error });
}
