import { decodeOrThrow, parseJson, shape as s } from '@stella-ops/engine-kernel';

/** A package as far as a comparison needs it. */
export interface InstalledPackage {
  readonly type: string;
  readonly name: string;
  /** Empty: none is known. */
  readonly version: string;
  readonly architecture: string;
}

export interface InstalledPackages {
  readonly packages: readonly InstalledPackage[];
  /** Which versions of analyzers found them. */
  readonly analyzers: Readonly<Record<string, number>>;
}

const text = s.string();
const inventory = s.object(
  {
    format: s.literal('stella.inventory/v1'),
    components: s.array(
      s.object({ type: text, name: text, version: s.optional(text), architecture: s.optional(text) }, 'open'),
    ),
    analyzers: s.record(s.number()),
  },
  'open',
);

/**
 * The packages of an inventory that the scanner stored. Only what is needed: its digest was checked, and the whole form was
 * when it was made.
 *
 * @throws AppError `JSON_INVALID`, `SHAPE_INVALID`
 */
export function readPackages(bytes: Uint8Array, file: string): InstalledPackages {
  const { components, analyzers } = decodeOrThrow(inventory, parseJson(bytes, file), file);
  return {
    packages: components.map(({ type, name, version = '', architecture = '' }) => ({
      type,
      name,
      version,
      architecture,
    })),
    analyzers,
  };
}
