import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { table } from '../render/table.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'Asks the registry, as the server reaches it, which digests a reference means now.',
  arguments: [{ name: 'reference', summary: 'registry/repository:tag or registry/repository@sha256:…', arity: 'one' }],
  examples: ['stella image resolve registry.example/shop/web:1.2.0'],
  exits: { 4: 'the image was not found', 10: 'the registry or the server may answer later' },
  async run(session, [reference = '']) {
    const { body } = await session.client(SCANNER_ROUTES).resolveImage({ body: { reference } });
    return showOne(
      body,
      [
        ['repository', body.repository],
        ['tag', body.tag ?? ''],
        ['index', body.indexDigest ?? ''],
      ],
      () =>
        `\n${table(
          ['PLATFORM', 'MANIFEST', 'CONFIG'],
          body.platforms.map((one) => [one.platform, one.manifestDigest, one.configDigest]),
        )}`,
    );
  },
});
