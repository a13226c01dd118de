import { fileURLToPath } from 'node:url';
import { SIGNER_EVENTS, SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import { createMetrics, defineService, masterKeyFileOf } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { SIGNER_CONFIG } from './config.ts';
import { KeyRing } from './domain/key-ring.ts';
import { METRICS } from './metrics.ts';
import { signerEndpoints } from './routes.ts';

export const service = defineService<typeof SIGNER_CONFIG, ServiceHost>({
  id: 'signer',
  config: SIGNER_CONFIG,
  schema: { schema: 'signer', folder: fileURLToPath(new URL('../migrations', import.meta.url)) },
  routes: SIGNER_ROUTES,
  jobs: [],
  events: Object.values(SIGNER_EVENTS),
  metrics: METRICS,
  start({ config, host, clock, ids, randomness }) {
    const metrics = createMetrics(METRICS, { withProcessMetrics: false });
    const keys = new KeyRing({ host, masterKeyFile: masterKeyFileOf(config), clock, ids, randomness });
    const { record } = host;
    // An alarm needs the number that it is compared with: a counter that nobody has counted does not exist.
    metrics.record.rotations(0, {});
    return Promise.resolve({
      endpoints: signerEndpoints(host, { keys, record, count: metrics.record }),
      metrics,
      stop: () => Promise.resolve(),
    });
  },
});
