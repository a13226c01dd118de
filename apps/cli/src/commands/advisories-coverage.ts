import { canonicalJson } from '@stella-ops/engine-kernel';
import { withIndex } from '../advisory-index.ts';
import { defineCommand, formatOption, OUTPUT_OPTION } from '../command.ts';
import { table } from '../render/table.ts';

export const command = defineCommand({
  description:
    'An ecosystem whose versions cannot be ordered yet is kept, and answers "not evaluated". One that is not listed\n' +
    'has no source here: nothing can be said about its packages.',
  arguments: [{ name: 'index', summary: 'advisory index', arity: 'one' }],
  options: { format: formatOption('table', 'json'), output: OUTPUT_OPTION },
  examples: ['stella advisories coverage advisories.idx'],
  exits: { 2: 'not an index, or damaged', 4: 'no such file' },
  run(context, [path = '']) {
    const { snapshot, ecosystems } = withIndex(path, context, (index) => index.info);
    return Promise.resolve({
      render: {
        table: () =>
          table(
            ['ECOSYSTEM', 'RECORDS', 'PACKAGES', 'EVALUATED WITH'],
            ecosystems.map((row) => [
              row.ecosystem,
              String(row.records),
              String(row.packages),
              row.comparator ?? 'not evaluated: no version order yet',
            ]),
          ),
        json: () => `${canonicalJson({ snapshot, ecosystems })}\n`,
      },
    });
  },
});
