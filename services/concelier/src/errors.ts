import { API_ERRORS } from '@stella-ops/contracts';
import { CONCELIER_ERRORS } from '@stella-ops/contracts/concelier';
import { errorFactory } from '@stella-ops/engine-kernel';

export const fail = errorFactory({ ...API_ERRORS, ...CONCELIER_ERRORS });
