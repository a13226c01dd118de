import { canonicalJson } from '@stella-ops/engine-kernel';
import { defineCommand, formatOption, OUTPUT_OPTION } from '../command.ts';
import { VERSION } from '../version.ts';

export const command = defineCommand({
  description: '',
  arguments: [],
  options: { format: formatOption('table', 'json'), output: OUTPUT_OPTION },
  examples: ['stella version --format json'],
  exits: {},
  run: () =>
    Promise.resolve({
      render: {
        table: () => `stella ${VERSION} (Node ${process.versions.node})\n`,
        json: () => `${canonicalJson({ version: VERSION, node: process.versions.node })}\n`,
      },
    }),
});
