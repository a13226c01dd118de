import { resolve } from 'node:path';
import { canonicalJson } from '@stella-ops/engine-kernel';
import { openIndex } from '@stella-ops/engine-advisories';
import { defineCommand, formatOption, OUTPUT_OPTION } from '../command.ts';
import { fail } from '../errors.ts';
import { columns } from '../render/table.ts';

export const command = defineCommand({
  description:
    'With --record, prints one record exactly as it was received. With --verify, reads and checks every byte.',
  arguments: [{ name: 'index', summary: 'advisory index', arity: 'one' }],
  options: {
    record: { type: 'text', value: 'ID', summary: 'print this record, byte for byte' },
    verify: { type: 'flag', summary: 'check every part of the file against its digest' },
    format: formatOption('table', 'json'),
    output: OUTPUT_OPTION,
  },
  examples: ['stella advisories show advisories.idx', 'stella advisories show advisories.idx --record GO-2021-0113'],
  exits: { 2: 'not an index, or damaged', 4: 'no such file or record' },
  run(context, [path = ''], options) {
    const index = openIndex(resolve(context.cwd, path));
    try {
      if (options.verify) index.verify();
      if (options.record !== undefined) {
        const meta = index.record(options.record);
        if (meta === undefined) {
          throw fail('FILE_NOT_FOUND', `the index holds no record "${options.record}"`, {
            hint: 'Ids are case-sensitive; aliases are not ids.',
          });
        }
        const raw = Buffer.from(index.raw(meta));
        return Promise.resolve({ render: { table: () => raw, json: () => raw } });
      }
      const { info } = index;
      const facts = {
        snapshot: info.snapshot,
        records: info.records,
        withdrawn: info.withdrawn,
        newestModified: info.newestModified ?? null,
        ecosystems: info.ecosystems.length,
        verified: options.verify,
      };
      return Promise.resolve({
        render: {
          table: () =>
            `${columns(Object.entries(facts).map(([name, value]) => [name, String(value ?? '')])).join('\n')}\n`,
          json: () => `${canonicalJson(facts)}\n`,
        },
      });
    } finally {
      index.close();
    }
  },
});
