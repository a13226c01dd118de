import { API_ERRORS } from '@stella-ops/contracts';
import { SIGNER_ERRORS } from '@stella-ops/contracts/signer';
import { errorFactory } from '@stella-ops/engine-kernel/errors';

export const fail = errorFactory({ ...API_ERRORS, ...SIGNER_ERRORS });
