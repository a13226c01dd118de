import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

const INVALID = { status: 422, exit: EXIT.invalid } as const;

export const SCAN_ERRORS = {
  LAYER_DIGEST_MISMATCH: {
    ...INVALID,
    hint: 'The layer was changed or damaged after it was pushed; fetch the image again.',
  },
  LAYER_DIFF_ID_MISMATCH: {
    ...INVALID,
    hint: 'The image config names another content for this layer; do not trust the origin of the image.',
  },
  LAYER_TRUNCATED: { ...INVALID, hint: 'The layer is incomplete; fetch the image again.' },
  LAYER_UNREADABLE: { ...INVALID, hint: 'The layer cannot be unpacked; fetch or build the image again.' },
  LAYER_TOO_LARGE: {
    status: 413,
    exit: EXIT.invalid,
    hint: 'Raise the limits of the scan if the image can be trusted.',
  },
  DIRECTORY_TOO_LARGE: { status: 413, exit: EXIT.invalid, hint: 'Raise the limits, or leave directories out.' },
  DIRECTORY_NOT_FOUND: { status: 404, exit: EXIT.notFound, hint: 'Name a directory that exists.' },
  DIRECTORY_UNREADABLE: { status: 403, exit: EXIT.invalid, hint: 'Run with the right to read the directory.' },
} as const;

export const fail = errorFactory(SCAN_ERRORS);
