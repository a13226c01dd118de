import { errorFactory, EXIT } from './errors.ts';

export const KERNEL_ERRORS = {
  JSON_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Correct the document at the place named.' },
  JSON_TOO_LARGE: { status: 413, exit: EXIT.invalid, hint: 'Split the document or raise the limit.' },
  JSON_TOO_DEEP: { status: 422, exit: EXIT.invalid, hint: 'Flatten the document; nesting is limited.' },
  JSON_NOT_CANONICAL: {
    status: 422,
    exit: EXIT.verification,
    hint: 'The document must be in RFC 8785 form; it was changed after it was written.',
  },
  JSON_NOT_REPRESENTABLE: {
    status: 500,
    exit: EXIT.unexpected,
    hint: 'Only null, booleans, finite numbers, well-formed strings, arrays and plain objects can be encoded.',
  },
  SHAPE_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Correct the members named.' },
  DIGEST_INVALID: { status: 400, exit: EXIT.invalid, hint: 'Write digests as sha256:<64 lower-case hex digits>.' },
  ENCODING_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Check the encoding of the value named.' },
} as const;

export const fail = errorFactory(KERNEL_ERRORS);
