import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const INVENTORY_ERRORS = {
  INVENTORY_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'The inventory was not written by this product, or was changed since; make it anew from the image.',
  },
  SBOM_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Correct the members named, or let the tool that wrote the document write it again.',
  },
  SBOM_FORMAT_UNSUPPORTED: {
    status: 415,
    exit: EXIT.invalid,
    hint: 'Convert the document to CycloneDX JSON (1.2 to 1.7) or SPDX JSON (2.2 or 2.3), in UTF-8.',
  },
  SBOM_TOO_LARGE: { status: 413, exit: EXIT.invalid, hint: 'Split the document; the limits are in the README.' },
} as const;

export const fail = errorFactory(INVENTORY_ERRORS);
