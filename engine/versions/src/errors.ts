import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const VERSIONS_ERRORS = {
  PURL_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Write package URLs as pkg:type/namespace/name@version.' },
} as const;

export const fail = errorFactory(VERSIONS_ERRORS);
