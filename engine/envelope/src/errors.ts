import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const ENVELOPE_ERRORS = {
  KEY_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Give a PEM file: PRIVATE KEY, EC PRIVATE KEY, ENCRYPTED SIGSTORE PRIVATE KEY, or PUBLIC KEY.',
  },
  KEY_UNSUPPORTED: { status: 422, exit: EXIT.invalid, hint: 'Use an ECDSA P-256 or an Ed25519 key.' },
  KEY_PASSWORD: { status: 401, exit: EXIT.verification, hint: 'Give the password that the key was encrypted with.' },
  STATEMENT_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'A statement needs a predicate type and at least one subject, each with a digest.',
  },
  TRUST_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Give a public key (PEM), a Sigstore trusted root, or a trusted root of this product.',
  },
} as const;

export const fail = errorFactory(ENVELOPE_ERRORS);
