import { canonicalJson } from '@stella-ops/engine-kernel';
import type { AdvisoryIndex } from '@stella-ops/engine-advisories';
import { withIndex } from '../advisory-index.ts';
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
    const { record } = options;
    return withIndex(path, context, (index) => {
      if (options.verify) index.verify();
      if (record !== undefined) {
        const raw = rawRecord(index, record);
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
    });
  },
});

function rawRecord(index: AdvisoryIndex, id: string): Buffer {
  const meta = index.record(id);
  if (meta === undefined) {
    throw fail('FILE_NOT_FOUND', `the index holds no record "${id}"`, {
      hint: 'Ids are case-sensitive; aliases are not ids.',
    });
  }
  return Buffer.from(index.raw(meta));
}
