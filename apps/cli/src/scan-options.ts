/** Options of every command that may scan. */
export const SCAN_OPTIONS = {
  platform: {
    type: 'text',
    value: 'OS/ARCH',
    summary: 'which platform of a multi-platform image (default: the only one, else linux/amd64)',
  },
  'no-cache': { type: 'flag', summary: 'read every layer again and keep nothing' },
} as const;

/** Not of `decide`, which always does this. */
export const VERIFY_OPTION = {
  'verify-diff-ids': { type: 'flag', summary: 'hash the uncompressed layers too and hold them against the config' },
} as const;

export const SOURCE_ARGUMENT = {
  name: 'source',
  summary:
    'oci-dir:PATH, oci-archive:FILE, docker-archive:FILE, docker:NAME, registry:REFERENCE, dir:PATH, or a path or reference to detect',
  arity: 'one',
} as const;

export const SOURCE_OR_SBOM_ARGUMENT = {
  name: 'source',
  summary: 'image, directory (see "stella scan --help") or SBOM: sbom:FILE or a JSON file',
  arity: 'one',
} as const;
