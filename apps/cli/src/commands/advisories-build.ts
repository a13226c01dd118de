import { resolve } from 'node:path';
import { canonicalJson, formatPlace } from '@stella-ops/engine-kernel';
import { readAdvisorySources, writeIndex } from '@stella-ops/engine-advisories';
import { defineCommand, formatOption } from '../command.ts';
import { columns, printable } from '../render/table.ts';

export const command = defineCommand({
  description:
    'Keeps every record exactly as received. The same records give the same file, in whatever order they come.\n' +
    'A broken record is reported with its place and left out, unless --strict.',
  arguments: [
    {
      name: 'source',
      summary: 'OSV records: .json, .jsonl, .jsonl.zst, .jsonl.gz, .zip, or a folder of them',
      arity: 'many',
    },
  ],
  options: {
    output: { type: 'text', value: 'FILE', summary: 'the index file to write', required: true },
    strict: { type: 'flag', summary: 'stop at the first broken record' },
    format: formatOption('table', 'json'),
  },
  examples: [
    'stella advisories build osv/ --output advisories.idx',
    'stella advisories build PyPI.zip Go.zip --output advisories.idx',
  ],
  exits: { 2: 'nothing readable, a damaged archive, or a broken record with --strict', 4: 'a source is not there' },
  async run(context, sources, options) {
    let shown = 0;
    const stats = await writeIndex(readAdvisorySources(sources.map((one) => resolve(context.cwd, one))), {
      out: resolve(context.cwd, options.output),
      strict: options.strict,
      onBroken(broken) {
        if (shown++ < 20) context.notice(`left out: ${printable(describe(broken))}`);
      },
    });
    if (shown > 20) context.notice(`left out: ${shown - 20} more`);
    return {
      render: {
        table: () =>
          `${columns([
            ['snapshot', stats.snapshot],
            ['records', `${stats.records} (${stats.withdrawn} withdrawn) of ${stats.packages} packages`],
            ['left out', `${stats.broken} broken, ${stats.superseded} older copies`],
            ['size', `${stats.sizes.totalBytes} bytes, ${stats.sizes.hotBytes} of them needed to match`],
          ]).join('\n')}\n`,
        json: () => `${canonicalJson(stats)}\n`,
      },
    };
  },
});

function describe(broken: {
  readonly file: string;
  readonly line?: number;
  readonly violations: readonly { readonly pointer: string; readonly message: string }[];
}): string {
  const { file, line } = broken;
  const [first] = broken.violations;
  const place = formatPlace({ file, ...(line === undefined ? {} : { line }), pointer: first?.pointer ?? '' });
  return `${place}: ${first?.message ?? ''}`;
}
