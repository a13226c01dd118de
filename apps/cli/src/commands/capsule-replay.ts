import { canonicalJson, EXIT } from '@stella-ops/engine-kernel';
import { replayCapsule } from '@stella-ops/engine-capsule';
import { defineCommand, formatOption, OUTPUT_OPTION } from '../command.ts';
import { readInput } from '../input.ts';
import { columns, printable } from '../render/table.ts';
import { readTrustFiles, TRUST_OPTIONS } from '../trust-input.ts';
import { CAPSULE_ARGUMENT } from './capsule-verify.ts';

export const command = defineCommand({
  description:
    'Uses no clock, no network and no file but the capsule. The recorded verdict may have been taken out: the signed\n' +
    'statement knows its digest. Differences are named, causes first.',
  arguments: [CAPSULE_ARGUMENT],
  options: { ...TRUST_OPTIONS, format: formatOption('table', 'json'), output: OUTPUT_OPTION },
  examples: ['stella capsule replay shop.capsule.tar.zst --trusted-root stella.trusted-root.json'],
  exits: { 3: 'mismatch, or no verdict could be computed', 4: 'a file is not there' },
  async run(context, [path = ''], options) {
    const trust = await readTrustFiles(options, context);
    const result = await replayCapsule(await readInput(path, context, 1 << 30), trust === undefined ? {} : { trust });
    const value = (text: unknown): string =>
      text === undefined ? 'absent' : printable(canonicalJson(text)).slice(0, 200);
    return {
      exit: result.status === 'identical' ? 0 : EXIT.verification,
      render: {
        table: () =>
          `${columns([
            [result.status.toUpperCase(), printable(path)],
            ...(result.outcome === undefined ? [] : [['outcome', result.outcome]]),
            ...(result.verdictDigest === undefined ? [] : [['replayed', result.verdictDigest]]),
            ...(result.recordedDigest === undefined
              ? []
              : [['recorded', `${result.recordedDigest} (${result.record})`]]),
            ...(result.code === undefined ? [] : [['error', `${result.code}: ${printable(result.detail ?? '')}`]]),
            ...result.differences.map((one) => [
              `  ${printable(one.path)}`,
              `recorded ${value(one.recorded)}, replayed ${value(one.replayed)}`,
            ]),
          ]).join('\n')}\n`,
        json: () => `${canonicalJson(result)}\n`,
      },
    };
  },
});
