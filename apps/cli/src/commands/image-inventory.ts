import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { collectExactly, defineDownloadCommand } from '../server/download-command.ts';
import { findImage, IMAGE_ARGUMENT } from '../server/find-image.ts';

export const command = defineDownloadCommand({
  description: 'All packages found, in canonical JSON: what "stella scan --format json" writes.',
  arguments: [IMAGE_ARGUMENT],
  examples: ['stella image inventory registry.example/shop/web:1.2.0 --output web.inventory.json'],
  async run(session, [text = '']) {
    const scanner = session.client(SCANNER_ROUTES);
    const { digest, inventoryDigest } = await findImage(scanner, text);
    const { body } = await scanner.getInventory({ params: { imageDigest: digest } });
    return collectExactly(body, inventoryDigest);
  },
});
