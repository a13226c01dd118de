import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { withoutUndefined } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import { fileBody } from '../server/bytes.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description:
    'Records an image by an SBOM that describes it, where the server cannot read its layers. An image that was scanned keeps\n' +
    'its inventory: a document does not take the place of what was read.',
  arguments: [
    { name: 'file', summary: 'CycloneDX JSON 1.4 to 1.6 or SPDX JSON 2.3; - is standard input', arity: 'one' },
  ],
  options: {
    name: { type: 'text', value: 'TEXT', summary: 'name of the image (default: the path of the file)' },
    image: { type: 'text', value: 'sha256:HEX', summary: 'which image it describes (default: what the document says)' },
    platform: { type: 'text', value: 'OS/ARCH', summary: 'platform of the image' },
  },
  examples: ['stella image import-sbom web.cdx.json --name registry.example/shop/web:1.2.0'],
  async run(session, [file = ''], options, context) {
    if (file === '-' && options.name === undefined) throw fail('USAGE', 'give --name with standard input');
    const { status, body } = await session.client(SCANNER_ROUTES).importSbom({
      query: {
        name: options.name ?? file,
        ...withoutUndefined({ imageDigest: options.image, platform: options.platform }),
      },
      body: await fileBody(file, 'application/json', context),
    });
    return showOne(body, [
      ['image', body.name],
      ['digest', body.digest],
      ['platform', body.platform ?? ''],
      ['inventory', `${body.components} packages, ${body.gaps} gaps (from ${body.origin})`],
      ['state', status === 201 ? 'new' : 'known already'],
    ]);
  },
});
