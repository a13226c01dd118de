import { fileURLToPath } from 'node:url';
import { SCANNER_EVENTS, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { defineService } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { SCANNER_CONFIG } from './config.ts';
import { createDocuments } from './documents/documents.ts';
import { scanImageJob } from './jobs/scan-image.ts';
import { createScannerMetrics, SCANNER_METRICS } from './metrics.ts';
import { scannerEndpoints } from './routes.ts';

/** Images, what is in them, and the scans that found it. */
export const service = defineService<typeof SCANNER_CONFIG, ServiceHost>({
  id: 'scanner',
  config: SCANNER_CONFIG,
  schema: { schema: 'scanner', folder: fileURLToPath(new URL('../migrations', import.meta.url)) },
  routes: SCANNER_ROUTES,
  jobs: [{ name: 'scanner.scan-image', summary: 'Reads the layers of an image and keeps the inventory.' }],
  events: Object.values(SCANNER_EVENTS),
  metrics: SCANNER_METRICS,
  start({ config, host, clock, ids, logger }) {
    const metrics = createScannerMetrics();
    const documents = createDocuments();
    const parts = { config, host, clock, ids, logger, metrics, documents };
    const job = scanImageJob(parts);
    return Promise.resolve({
      endpoints: scannerEndpoints(parts, job),
      jobs: [job],
      metrics,
      stop: () => documents.close(),
    });
  },
});
