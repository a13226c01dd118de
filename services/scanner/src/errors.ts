import { API_ERRORS } from '@stella-ops/contracts';
import { SCANNER_ERRORS } from '@stella-ops/contracts/scanner';
import { errorFactory } from '@stella-ops/engine-kernel/errors';

export const fail = errorFactory({ ...API_ERRORS, ...SCANNER_ERRORS });
