import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { formatOption } from '../command.ts';
import { collect } from '../server/bytes.ts';
import { defineDownloadCommand } from '../server/download-command.ts';
import { findImage, IMAGE_ARGUMENT } from '../server/find-image.ts';

export const command = defineDownloadCommand({
  description: 'The SBOM of an image that the server knows: CycloneDX 1.6 or SPDX 2.3.',
  arguments: [IMAGE_ARGUMENT],
  options: { format: formatOption('cyclonedx-json', 'spdx-json') },
  examples: ['stella image sbom registry.example/shop/web:1.2.0 --format spdx-json --output web.spdx.json'],
  async run(session, [text = ''], options) {
    const scanner = session.client(SCANNER_ROUTES);
    const { digest: imageDigest } = await findImage(scanner, text);
    const format = options.format === 'spdx-json' ? 'spdx' : 'cyclonedx';
    const { body } = await scanner.getSbom({ params: { imageDigest }, query: { format } });
    return collect(body);
  },
});
