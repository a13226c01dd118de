import type { Command, OptionSpec } from './command.ts';
import { COMMANDS } from './registry.ts';
import { columns } from './render/table.ts';

/** Help of the whole program: no command module is loaded for it. */
export function programHelp(version: string): string {
  return [
    `stella ${version}: identify, judge and prove releases by digest`,
    '',
    'Usage: stella <command> [arguments] [options]',
    '',
    'Commands:',
    ...columns(COMMANDS.map((command) => [`  ${command.path}`, command.summary])),
    '',
    'Run "stella <command> --help" for arguments, options, examples and exit codes.',
    '',
  ].join('\n');
}

export function groupHelp(prefix: string): string {
  const members = COMMANDS.filter((command) => command.path.startsWith(`${prefix} `));
  return [
    `Usage: stella ${prefix} <command>`,
    '',
    ...columns(members.map((command) => [`  ${command.path}`, command.summary])),
    '',
  ].join('\n');
}

export function commandHelp(path: string, summary: string, command: Command): string {
  const words = command.arguments.map((spec) => {
    const dots = spec.arity === 'many' || spec.arity === 'any' ? '…' : '';
    return spec.arity === 'one' || spec.arity === 'many' ? `<${spec.name}>${dots}` : `[${spec.name}]${dots}`;
  });
  const options = Object.entries(command.options);
  return [
    `Usage: stella ${[path, ...words, ...(options.length > 0 ? ['[options]'] : [])].join(' ')}`,
    '',
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.`,
    ...(command.description === '' ? [] : ['', command.description]),
    ...section(
      'Arguments',
      command.arguments.map((spec) => [`  ${spec.name}`, spec.summary]),
    ),
    ...section(
      'Options',
      options.map(([name, spec]) => [`  --${name}${valueOf(spec)}`, summaryOf(spec)]),
    ),
    ...section(
      'Examples',
      command.examples.map((example) => [`  ${example}`]),
    ),
    ...section('Exit codes', [
      ['  0', 'done'],
      ...Object.entries(command.exits).map(([code, meaning]) => [`  ${code}`, meaning]),
      ['  1', 'unexpected'],
    ]),
    '',
  ].join('\n');
}

const section = (title: string, rows: readonly (readonly string[])[]): string[] =>
  rows.length === 0 ? [] : ['', `${title}:`, ...columns(rows)];

function valueOf(spec: OptionSpec): string {
  if (spec.type === 'flag') return '';
  return spec.type === 'choice' ? ` ${spec.choices.join('|')}` : ` ${spec.value}`;
}

function summaryOf(spec: OptionSpec): string {
  if (spec.type === 'list') return `${spec.summary} (may be given more than once)`;
  if (spec.type === 'flag') return spec.summary;
  if (spec.type === 'text' && spec.required) return `${spec.summary} (needed)`;
  return spec.default === undefined ? spec.summary : `${spec.summary} (default ${spec.default})`;
}
