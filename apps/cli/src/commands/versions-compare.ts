import { canonicalJson } from '@stella-ops/engine-kernel';
import { comparatorFor, comparatorIds, type Comparator } from '@stella-ops/engine-versions';
import { defineCommand, formatOption, OUTPUT_OPTION } from '../command.ts';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { readLines } from '../input.ts';
import { columns, printable } from '../render/table.ts';

const SIGNS = { '-1': '<', '0': '=', '1': '>' } as const;

export const command = defineCommand({
  description: 'Without versions, reads pairs separated by white space, one a line, from standard input.',
  arguments: [
    { name: 'ecosystem', summary: 'Debian, npm, PyPI, Go, or a package URL type', arity: 'one' },
    { name: 'version', summary: 'two versions', arity: 'any' },
  ],
  options: { format: formatOption('table', 'json'), output: OUTPUT_OPTION },
  examples: ['stella versions compare Debian 1.0~rc1 1.0', "printf '1.0rc1 1.0\\n' | stella versions compare PyPI"],
  exits: { 2: 'unknown ecosystem, or a line that is no pair' },
  async run(context, [ecosystem = '', ...versions]) {
    const comparator = comparatorFor(ecosystem);
    if (comparator === undefined) {
      throw fail('USAGE', `no version order is known for "${ecosystem}"`, {
        hint: `Known orders: ${comparatorIds().join(', ')}.`,
      });
    }
    const pairs = versions.length === 0 ? await readPairs(context) : [pairOf(versions)];
    const results = pairs.map(([a, b]) => ({ a, b, order: comparator.compare(a, b), ...validity(comparator, a, b) }));
    return {
      render: {
        table: () =>
          `${columns(results.map((one) => [printable(one.a), SIGNS[one.order], printable(one.b), note(one.invalid)])).join('\n')}\n`,
        json: () => `${canonicalJson({ ecosystem, comparator: comparator.id, results })}\n`,
      },
    };
  },
});

const note = (invalid: readonly string[] | undefined): string =>
  invalid === undefined ? '' : `(not a version of this ecosystem: ${printable(invalid.join(', '))})`;

function validity(comparator: Comparator, a: string, b: string): { readonly invalid?: readonly string[] } {
  const invalid = [a, b].filter((version) => !comparator.isValid(version));
  return invalid.length === 0 ? {} : { invalid };
}

function pairOf(versions: readonly string[]): readonly [string, string] {
  const [a, b] = versions;
  if (a === undefined || b === undefined || versions.length > 2)
    throw fail('USAGE', 'give two versions, or none and pairs on standard input');
  return [a, b];
}

async function readPairs(context: Context): Promise<(readonly [string, string])[]> {
  return (await readLines(context)).map(({ number, text }) => {
    const [a, b, ...more] = text.trim().split(/\s+/);
    if (a === undefined || b === undefined || more.length > 0) {
      throw fail('USAGE', `line ${number} is not two versions`, { place: { file: '-', line: number } });
    }
    return [a, b] as const;
  });
}
