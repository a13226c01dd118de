import { canonicalJson, EXIT } from '@stella-ops/engine-kernel';
import { verifyCapsule } from '@stella-ops/engine-capsule';
import { defineCommand, formatOption, OUTPUT_OPTION } from '../command.ts';
import { readInput } from '../input.ts';
import { checkRows } from '../render/check-rows.ts';
import { columns, printable } from '../render/table.ts';
import { readTrustFiles, TRUST_OPTIONS } from '../trust-input.ts';

export const CAPSULE_ARGUMENT = {
  name: 'capsule',
  summary: 'X.capsule.tar.zst; - for standard input',
  arity: 'one',
} as const;

export const command = defineCommand({
  description:
    'Uses no network. Nothing inside the capsule is believed: without a trusted root the answer is never better than\n' +
    '"unverifiable". Whether the verdict follows from the evidence is what "stella capsule replay" checks.',
  arguments: [CAPSULE_ARGUMENT],
  options: { ...TRUST_OPTIONS, format: formatOption('table', 'json'), output: OUTPUT_OPTION },
  examples: ['stella capsule verify shop.capsule.tar.zst --trusted-root stella.trusted-root.json'],
  exits: { 3: 'invalid or unverifiable', 4: 'a file is not there' },
  async run(context, [path = ''], options) {
    const trust = await readTrustFiles(options, context);
    const result = await verifyCapsule(await readInput(path, context, 1 << 30), trust === undefined ? {} : { trust });
    return {
      exit: result.status === 'verified' ? 0 : EXIT.verification,
      render: {
        table: () =>
          `${columns([
            [result.status.toUpperCase(), printable(path)],
            ...(result.capsule === undefined ? [] : [['capsule', result.capsule]]),
            ...(result.decision === undefined ? [] : [['decision', result.decision]]),
            ...(result.outcome === undefined ? [] : [['outcome', result.outcome]]),
            // What was not asked for here (an artefact, a predicate type) would only puzzle a reader.
            ...checkRows(result.checks.filter(({ state }) => state !== 'skipped')),
            ...result.faults.map((fault) => ['  fault', printable(`${fault.file}: ${fault.check}: ${fault.detail}`)]),
            ...result.lacking.map((fault) => [
              '  lacking',
              printable(`${fault.file}: ${fault.check}: ${fault.detail}`),
            ]),
          ]).join('\n')}\n`,
        json: () => `${canonicalJson(result)}\n`,
      },
    };
  },
});
