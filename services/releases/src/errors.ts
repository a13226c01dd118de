import { API_ERRORS } from '@stella-ops/contracts';
import { DEPLOYMENTS_ERRORS } from '@stella-ops/contracts/deployments';
import { RELEASES_ERRORS } from '@stella-ops/contracts/releases';
import { SCANNER_ERRORS } from '@stella-ops/contracts/scanner';
import { errorFactory } from '@stella-ops/engine-kernel/errors';

export const fail = errorFactory({
  ...API_ERRORS,
  ...RELEASES_ERRORS,
  ...DEPLOYMENTS_ERRORS,
  REGISTRY_UNAVAILABLE: SCANNER_ERRORS.REGISTRY_UNAVAILABLE,
});
