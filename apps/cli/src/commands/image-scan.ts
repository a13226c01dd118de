import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';
import { uploadArchive } from '../server/upload-archive.ts';
import { waitForScan } from '../server/wait-for-scan.ts';

export const command = defineServerCommand({
  description:
    'A registry reference is scanned by the server, which needs to reach the registry. A file (docker save, OCI archive) is\n' +
    'sent to it. The command waits for the end unless --no-wait is given.',
  arguments: [
    { name: 'image', summary: 'registry/repository:tag, registry/repository@sha256:…, or a file', arity: 'one' },
  ],
  options: {
    platform: { type: 'text', value: 'OS/ARCH', summary: 'which image of an index (default linux/amd64)' },
    name: { type: 'text', value: 'TEXT', summary: 'name for an uploaded file (default: its path)' },
    'no-wait': { type: 'flag', summary: 'do not wait for the end of the scan' },
  },
  examples: ['stella image scan registry.example/shop/web:1.2.0', 'stella image scan web.tar'],
  exits: { 4: 'the image was not found', 10: 'the registry or the server may answer later' },
  async run(session, [source = ''], options, context) {
    const scanner = session.client(SCANNER_ROUTES);
    const platform = options.platform === undefined ? {} : { platform: options.platform };
    const started =
      (await uploadArchive(scanner, source, { name: options.name ?? source, ...platform }, context)) ??
      (await scanner.createScan({ body: { source, ...platform } })).body;
    const scan = options['no-wait'] ? started : await waitForScan(scanner, started, context);
    return showOne(scan, [
      ['scan', scan.id],
      ['status', scan.status],
      ['image', scan.imageDigest ?? ''],
      ['name', scan.source],
    ]);
  },
});
