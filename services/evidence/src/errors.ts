import { API_ERRORS } from '@stella-ops/contracts';
import { EVIDENCE_ERRORS } from '@stella-ops/contracts/evidence';
import { errorFactory } from '@stella-ops/engine-kernel/errors';

export const fail = errorFactory({ ...API_ERRORS, ...EVIDENCE_ERRORS });
