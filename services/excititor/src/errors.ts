import { API_ERRORS } from '@stella-ops/contracts';
import { EXCITITOR_ERRORS } from '@stella-ops/contracts/excititor';
import { errorFactory } from '@stella-ops/engine-kernel';
import { DATABASE_ERRORS } from '@stella-ops/platform/database';

export const fail = errorFactory({ ...API_ERRORS, ...EXCITITOR_ERRORS, ...DATABASE_ERRORS });
