import { service as attestor } from '@stella-ops/service-attestor';
import { service as authority } from '@stella-ops/service-authority';
import { service as concelier } from '@stella-ops/service-concelier';
import { service as evidence } from '@stella-ops/service-evidence';
import { service as excititor } from '@stella-ops/service-excititor';
import { service as findings } from '@stella-ops/service-findings';
import { service as policy } from '@stella-ops/service-policy';
import { service as releases } from '@stella-ops/service-releases';
import { service as scanner } from '@stella-ops/service-scanner';
import { service as signer } from '@stella-ops/service-signer';
import type { AnyService } from '@stella-ops/platform/service';

/** Every service of the product, in the order they start in: each after those it asks. */
export const SERVICES: readonly AnyService[] = [
  authority,
  signer,
  attestor,
  scanner,
  concelier,
  excititor,
  policy,
  findings,
  evidence,
  releases,
];
