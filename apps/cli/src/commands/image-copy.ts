import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '@stella-ops/engine-kernel';
import { copyImage, formatSource, parseDestination, parseSource } from '@stella-ops/engine-oci';
import { defineCommand, formatOption } from '../command.ts';
import { imageAccess } from '../image-access.ts';
import { columns } from '../render/table.ts';
import { SOURCE_ARGUMENT } from '../scan-options.ts';

export const command = defineCommand({
  description: 'Manifests and layers are copied byte for byte, so the digest stays and signatures still match.',
  arguments: [
    SOURCE_ARGUMENT,
    { name: 'destination', summary: 'oci-dir:PATH[:tag] or registry:REFERENCE', arity: 'one' },
  ],
  options: {
    platform: {
      type: 'text',
      value: 'OS/ARCH',
      summary: 'copy one platform of an index alone (the digest is then that of the platform)',
    },
    referrers: { type: 'flag', summary: 'copy signatures, SBOMs and attestations that refer to the image too' },
    format: formatOption('table', 'json'),
  },
  examples: ['stella image copy registry:localhost:5000/shop:1.2 oci-dir:shop:1.2 --referrers'],
  exits: {
    2: 'invalid input',
    3: 'the registry refused the credentials',
    4: 'not found',
    10: 'the registry may answer later',
  },
  async run(context, [from = '', to = ''], options) {
    const source = await parseSource(from);
    const destination = parseDestination(to);
    const tempDir = await mkdtemp(join(tmpdir(), 'stella-'));
    try {
      const result = await copyImage(source, destination, {
        ...(await imageAccess(context)),
        tempDir,
        referrers: options.referrers,
        ...(options.platform === undefined ? {} : { platform: options.platform }),
      });
      return {
        render: {
          table: () =>
            `${columns([
              ['copied', `${formatSource(source)} → ${formatSource(destination)}`],
              ['digest', result.digest],
              [
                'blobs',
                `${result.copiedBlobs} copied (${result.copiedBytes} bytes), ${result.presentBlobs} there already`,
              ],
              ...(result.foreignLayers === 0
                ? []
                : [['left out', `${result.foreignLayers} layers that may not be distributed`]]),
            ]).join('\n')}\n`,
          json: () => `${canonicalJson(result)}\n`,
        },
      };
    } finally {
      await rm(tempDir, { recursive: true, force: true });
    }
  },
});
