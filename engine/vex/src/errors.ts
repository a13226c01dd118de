import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const VEX_ERRORS = {
  VEX_SET_TOO_LARGE: { status: 413, exit: EXIT.invalid, hint: 'Give fewer or smaller VEX documents.' },
  VEX_DIGEST_MISMATCH: {
    status: 422,
    exit: EXIT.verification,
    hint: 'A document in the set was changed after the set was written.',
  },
  VEX_DOCUMENT_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Correct the document at the place named.' },
} as const;

export const fail = errorFactory(VEX_ERRORS);
