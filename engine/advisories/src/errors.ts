import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const ADVISORY_ERRORS = {
  RECORD_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Correct or remove the record named, or build without strict mode: broken records are then left out and listed.',
  },
  NOTHING_READABLE: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Give OSV records: .json, .jsonl, .jsonl.zst, .jsonl.gz, .zip, an index file, or a directory of them.',
  },
  SOURCE_NOT_FOUND: { status: 404, exit: EXIT.notFound, hint: 'Check the path.' },
  SOURCE_UNREADABLE: { status: 422, exit: EXIT.invalid, hint: 'The file is damaged or cut short; fetch it again.' },
  SOURCE_TOO_LARGE: { status: 413, exit: EXIT.invalid, hint: 'Split the source; sizes and counts are limited.' },
  INDEX_NOT_FOUND: { status: 404, exit: EXIT.notFound, hint: 'Check the path, or build an index first.' },
  INDEX_FOREIGN: { status: 422, exit: EXIT.invalid, hint: 'Give a file that "stella advisories build" wrote.' },
  INDEX_NEWER: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Use a newer release, or build the index with this one.',
  },
  INDEX_OUTDATED: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Build it again; the old index file itself can be the source, as it holds every record.',
  },
  INDEX_DAMAGED: { status: 422, exit: EXIT.verification, hint: 'Fetch or build the index file again.' },
  INDEX_NOT_WRITTEN: { status: 500, exit: EXIT.unexpected, hint: 'Check free space and rights of the output folder.' },
  SLICE_INVALID: {
    status: 422,
    exit: EXIT.verification,
    hint: 'The slice was changed after it was cut; take it from its capsule or cut it again.',
  },
  SLICE_MISMATCH: { status: 422, exit: EXIT.invalid, hint: 'Match a slice with the inventory it was cut for.' },
} as const;

export const fail = errorFactory(ADVISORY_ERRORS);
