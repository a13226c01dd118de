import { API_ERRORS } from '@stella-ops/contracts';
import { ATTESTOR_ERRORS } from '@stella-ops/contracts/attestor';
import { errorFactory } from '@stella-ops/engine-kernel/errors';

export const fail = errorFactory({ ...API_ERRORS, ...ATTESTOR_ERRORS });

/** Entries and signed state disagree. What comes after would be a second history, so there is none. */
export const forked = (detail: string) => fail('LOG_FORKED', detail);
