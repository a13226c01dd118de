import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { shortDigest } from '../render/table.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: {
    limit: LIMIT_OPTION,
    name: { type: 'text', value: 'TEXT', summary: 'only images with this in their name' },
  },
  examples: ['stella image list --name shop'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (page) =>
        session.client(SCANNER_ROUTES).listImages({
          query: { ...page, ...(options.name === undefined ? {} : { name: options.name }) },
        }),
      ['DIGEST', 'NAME', 'PLATFORM', 'PACKAGES', 'GAPS', 'FROM', 'SCANNED'],
      (image) => [
        shortDigest(image.digest),
        image.name,
        image.platform ?? '',
        String(image.components),
        String(image.gaps),
        image.origin,
        shortTime(image.scannedAt),
      ],
    ),
});
