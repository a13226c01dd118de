import type { SystemClock } from '@stella-ops/platform/runtime';
import { objectSweep, type ObjectSweep, type ServiceHost } from '@stella-ops/platform/service';
import { capsulesOf } from '../store/packets.ts';

/**
 * Removes capsules that no packet names: sealing that died half way leaves them. Bundles lie beside receipts that another
 * service names, and stay.
 */
export function sweepObjectsJob(parts: { readonly host: ServiceHost; readonly clock: SystemClock }): ObjectSweep {
  return objectSweep({ ...parts, service: 'evidence', area: 'capsules', named: capsulesOf });
}
