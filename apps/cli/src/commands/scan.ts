import { EXIT } from '@stella-ops/engine-kernel';
import { inventoryBytes, toCycloneDx, toSpdx } from '@stella-ops/engine-inventory';
import { defineCommand, formatOption, OUTPUT_OPTION } from '../command.ts';
import { creationTime } from '../context.ts';
import { SCAN_OPTIONS, SOURCE_ARGUMENT, VERIFY_OPTION } from '../scan-options.ts';
import { scanSource } from '../scan-source.ts';
import { inventoryTable } from '../render/inventory-table.ts';
import { VERSION } from '../version.ts';

export const command = defineCommand({
  description:
    'Reads each layer once, keeps what it found under the digest of the layer, and reports what it could not read as gaps.\n' +
    'No program of the image is run and nothing is unpacked.',
  arguments: [SOURCE_ARGUMENT],
  options: {
    format: formatOption('table', 'json', 'cyclonedx-json', 'spdx-json'),
    output: OUTPUT_OPTION,
    'fail-on-gaps': { type: 'flag', summary: 'exit 2 when something could not be read' },
    ...SCAN_OPTIONS,
    ...VERIFY_OPTION,
  },
  examples: [
    'stella scan dir:/',
    'stella scan registry:localhost:5000/shop:1.2 --format cyclonedx-json --output shop.cdx.json',
    'stella scan docker-archive:shop.tar --fail-on-gaps',
  ],
  exits: {
    2: 'invalid input, a damaged layer, or gaps with --fail-on-gaps',
    3: 'the registry refused the credentials',
    4: 'source not found',
    10: 'the registry or Engine may answer later',
  },
  async run(context, [source = ''], options) {
    const { inventory, stats } = await scanSource(source, context, {
      platform: options.platform,
      useCache: !options['no-cache'],
      verifyDiffIds: options['verify-diff-ids'],
    });
    const pretty = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;
    return {
      exit: options['fail-on-gaps'] && inventory.gaps.length > 0 ? EXIT.invalid : 0,
      render: {
        table: () => inventoryTable(inventory, stats),
        json: () => Buffer.concat([inventoryBytes(inventory), Buffer.from('\n')]),
        'cyclonedx-json': () => pretty(toCycloneDx(inventory, { toolVersion: VERSION })),
        'spdx-json': () => pretty(toSpdx(inventory, { toolVersion: VERSION, created: creationTime(context) })),
      },
    };
  },
});
