import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

const BROKEN = { status: 422, exit: EXIT.invalid } as const;
const OVER = { status: 413, exit: EXIT.invalid } as const;

export const ARCHIVE_ERRORS = {
  TAR_TRUNCATED: { ...BROKEN, hint: 'The archive is incomplete; fetch it again.' },
  TAR_HEADER_INVALID: { ...BROKEN, hint: 'The archive is damaged or is not a tar; fetch it again.' },
  TAR_PAX_INVALID: { ...BROKEN, hint: 'The extended header is damaged; write the archive again.' },
  TAR_PATH_ESCAPES: { ...BROKEN, hint: 'The archive names a file outside its root; do not trust its origin.' },
  TAR_PATH_INVALID: { ...BROKEN, hint: 'The archive holds a name that no file can have; do not trust its origin.' },
  TAR_LINK_ABSOLUTE: { ...BROKEN, hint: 'Hard links name members of the archive; write them without a leading slash.' },
  TAR_AMBIGUOUS: { ...BROKEN, hint: 'Tools read this archive differently; write it without global overrides.' },
  TAR_TYPE_UNSUPPORTED: { ...BROKEN, hint: 'Write the archive with files, directories, links and devices only.' },
  TAR_SPARSE_UNSUPPORTED: { ...BROKEN, hint: 'Write the archive without sparse members (tar without --sparse).' },
  TAR_TRAILING_DATA: { ...BROKEN, hint: 'Bytes follow the end of the archive; write it again.' },
  TAR_TOO_MANY_ENTRIES: { ...OVER, hint: 'Raise the entry limit if the archive can be trusted.' },
  TAR_PATH_TOO_LONG: { ...OVER, hint: 'No file system takes such a path; do not trust the origin of the archive.' },
  TAR_PAX_TOO_LARGE: { ...OVER, hint: 'Raise the limit for extended headers if the archive can be trusted.' },
  TAR_ENTRY_TOO_LARGE: { ...OVER, hint: 'Raise the limit per member if the archive can be trusted.' },
  TAR_TOO_LARGE: { ...OVER, hint: 'Raise the size limit if the archive can be trusted.' },
  TAR_MEMBER_INVALID: {
    ...BROKEN,
    hint: 'Give members relative paths in normal form and content of the size declared.',
  },
  COMPRESSION_UNSUPPORTED: { ...BROKEN, hint: 'Compress with gzip or zstd, or leave the data plain.' },
  COMPRESSION_INVALID: { ...BROKEN, hint: 'The compressed data is damaged; fetch it again.' },
  COMPRESSION_TRUNCATED: { ...BROKEN, hint: 'The compressed data is incomplete; fetch it again.' },
  COMPRESSION_TRAILING_DATA: { ...BROKEN, hint: 'Bytes follow the compressed data; write it again.' },
  COMPRESSION_WINDOW_TOO_LARGE: { ...OVER, hint: 'Compress with a window of at most 128 MiB (zstd --long=27).' },
  COMPRESSION_TOO_LARGE: { ...OVER, hint: 'Raise the size limit if the data can be trusted.' },
  COMPRESSION_RATIO: {
    ...OVER,
    hint: 'This looks like a decompression bomb; raise the ratio if the data can be trusted.',
  },
  BUNDLE_INVALID: { ...BROKEN, hint: 'Name every file once, by a relative path without control characters.' },
  BUNDLE_SOURCE_CHANGED: { ...BROKEN, hint: 'A file changed while it was packed; pack it again.' },
} as const;

export const fail = errorFactory(ARCHIVE_ERRORS);
