import {
  canonicalBytes,
  compareText,
  digestOf,
  hexOf,
  newHash,
  parseTimestamp,
  sortedBy,
} from '@stella-ops/engine-kernel';
import {
  BUNDLE_FORMAT,
  CHECKSUMS_PATH,
  checksumsText,
  findPathConflict,
  isBundlePath,
  MANIFEST_PATH,
} from './bundle-format.ts';
import { fromChunks } from './chunks.ts';
import { compress } from './compress.ts';
import type { Compression } from './compression.ts';
import { fail } from './errors.ts';
import { type TarMember, writeTar } from './tar-writer.ts';
import type { BundleManifest, BundleMember } from './types.ts';

/** A file to be packed. It is opened once, and must then be what was promised. */
export interface BundleSource extends BundleMember {
  open(): AsyncIterable<Uint8Array>;
}

/** A file beside the manifest that vouches for it: a signature, a log proof. */
export interface BundleSeal {
  readonly path: string;
  readonly content: Uint8Array;
}

export interface PackOptions {
  /** `capsule`, `export`, `kit`, …: a lower-case word. */
  readonly kind: string;
  /** RFC 3339; stands in the manifest as UTC with milliseconds. */
  readonly created: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** In any order. */
  readonly files: readonly BundleSource[];
  /** Signs the manifest: gets its bytes, answers the files that go beside it. They are not listed in it. */
  seal?(manifest: Buffer): Promise<readonly BundleSeal[]>;
  readonly compression: Compression;
  /** Of the compressor. */
  readonly level?: number;
}

/** Bytes as a file of a bundle. */
export function bundleBytes(path: string, bytes: Uint8Array): BundleSource {
  return { path, size: bytes.length, sha256: hexOf(digestOf(bytes)), open: () => fromChunks([bytes]) };
}

/** The manifest of a bundle as it will be written: the document that is signed, and whose digest names the bundle. */
export function bundleManifest(
  options: Pick<PackOptions, 'kind' | 'created' | 'annotations'> & { readonly files: readonly BundleMember[] },
): BundleManifest {
  return {
    format: BUNDLE_FORMAT,
    kind: options.kind,
    created: parseTimestamp(options.created),
    files: sortedBy(options.files, (file) => file.path).map(({ path, size, sha256 }) => ({ path, size, sha256 })),
    annotations: options.annotations ?? {},
  };
}

/**
 * Packs a Bundle in one streaming pass: a deterministic tar of `manifest.json` (RFC 8785), `checksums.txt`, the seals by
 * path, then the files by path; all headers as {@link writeTar} makes them, with time 0. Equal input gives equal bytes
 * before compression, and the manifest's digest names the bundle whatever the compressor.
 *
 * @throws AppError `BUNDLE_INVALID` for paths that are unsafe or taken twice, `BUNDLE_SOURCE_CHANGED` for a file that is
 *   not what its size and digest promise, kernel's `ENCODING_INVALID` for `created`; errors of sources and of `seal` are
 *   passed on
 */
export async function* packBundle(options: PackOptions): AsyncGenerator<Uint8Array> {
  const manifest = bundleManifest(options);
  const manifestBytes = canonicalBytes(manifest);
  const seals = sortedBy((await options.seal?.(manifestBytes)) ?? [], (seal) => seal.path);
  const files = [...options.files].sort((a, b) => compareText(a.path, b.path));
  assertPaths([MANIFEST_PATH, CHECKSUMS_PATH, ...seals.map((seal) => seal.path), ...files.map((file) => file.path)]);

  const checksums = checksumsText(hexOf(digestOf(manifestBytes)), manifest.files);
  const members: TarMember[] = [
    { path: MANIFEST_PATH, content: manifestBytes },
    { path: CHECKSUMS_PATH, content: Buffer.from(checksums) },
    ...seals,
    ...files.map((file) => ({ path: file.path, size: file.size, content: verified(file) })),
  ];
  yield* compress(writeTar(members), options.compression, options.level === undefined ? {} : { level: options.level });
}

function assertPaths(paths: readonly string[]): void {
  const unsafe = paths.find((path) => !isBundlePath(path));
  if (unsafe !== undefined) {
    throw fail('BUNDLE_INVALID', `${JSON.stringify(unsafe.slice(0, 200))} is no path for a bundle`);
  }
  const conflict = findPathConflict(paths);
  if (conflict !== undefined) throw fail('BUNDLE_INVALID', `the path "${conflict}" is taken twice`);
}

async function* verified(file: BundleSource): AsyncGenerator<Uint8Array> {
  const hash = newHash();
  let size = 0;
  for await (const chunk of file.open()) {
    size += chunk.length;
    // Before more leaves than the header has said.
    if (size > file.size) break;
    hash.update(chunk);
    yield chunk;
  }
  if (size !== file.size || hash.digest('hex') !== file.sha256) {
    throw fail('BUNDLE_SOURCE_CHANGED', `${file.path} is not what was promised`, { place: { file: file.path } });
  }
}
