import {
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { decompress, type TarEntry, TarReader, type TarSink } from '@stella-ops/engine-archive';
import type { PlannedImage } from '@stella-ops/engine-compose';
import { digestFrom, newHash } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import { pathInRoot } from './path-in-root.ts';
import type { ArchiveImage, ArchiveLayer } from './script-options.ts';

const MAX_ENTRIES = 500_000;
const MAX_LAYER_BYTES = 16 * 1024 ** 3;
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/**
 * Unpacks the files of an image into an empty folder, layer over layer (OCI image specification 1.1, "layer.md"): files,
 * folders and links with their permission bits; owners, set-user bits, devices and pipes are left out. The stored bytes
 * of each layer are hashed against the digest that the manifest names.
 *
 * @throws AppError `DEPLOY_DIGEST_MISMATCH`, `DEPLOY_ARCHIVE_INVALID`, and what tar and decompression throw
 */
export async function unpackImage(
  image: ArchiveImage,
  planned: PlannedImage,
  root: string,
  signal: AbortSignal,
): Promise<void> {
  const isPlanned =
    image.manifestDigest === planned.manifestDigest &&
    (planned.configDigest === null || image.configDigest === planned.configDigest);
  if (!isPlanned) {
    throw fail(
      'DEPLOY_DIGEST_MISMATCH',
      `${planned.reference} is the image ${image.manifestDigest ?? image.configDigest} there`,
    );
  }
  for (const layer of image.layers) {
    if (layer.isForeign) throw fail('DEPLOY_ARCHIVE_INVALID', `the layer ${layer.digest} must not be fetched`);
    await unpackLayer(layer, root, signal);
  }
}

async function unpackLayer(layer: ArchiveLayer, root: string, signal: AbortSignal): Promise<void> {
  const hash = newHash();
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of layer.open()) {
      signal.throwIfAborted();
      hash.update(chunk);
      yield chunk;
    }
  }
  // What a layer brings itself is not hidden by its own opaque marks.
  const brought = new Set<string>();
  const reader = new TarReader({
    onUnsafe: 'refuse',
    limits: { maxEntries: MAX_ENTRIES, maxTotalBytes: MAX_LAYER_BYTES },
    file: layer.digest,
    onEntry: (entry) => put(root, entry, brought),
  });
  for await (const chunk of decompress(hashed(), layer.compression, {
    maxBytes: MAX_LAYER_BYTES,
    file: layer.digest,
  })) {
    reader.write(chunk);
  }
  reader.end();
  const found = digestFrom(hash);
  if (found !== layer.digest) throw fail('DEPLOY_DIGEST_MISMATCH', `a layer should be ${layer.digest} and is ${found}`);
}

function put(root: string, entry: TarEntry, brought: Set<string>): TarSink | undefined {
  const { path, type } = entry;
  if (path === '') return undefined;
  const target = pathInRoot(root, path);
  if (target === undefined) throw fail('DEPLOY_ARCHIVE_INVALID', `no folder of the image holds ${path.slice(0, 200)}`);
  const name = basename(path);
  if (name === OPAQUE) {
    for (const child of readFolder(dirname(target))) {
      const full = join(dirname(target), child);
      if (!brought.has(full)) rmSync(full, { recursive: true, force: true });
    }
    return undefined;
  }
  if (name.startsWith(WHITEOUT)) {
    const hidden = name.slice(WHITEOUT.length);
    if (hidden === '' || hidden === '.' || hidden === '..')
      throw fail('DEPLOY_ARCHIVE_INVALID', 'a mark of removal names nothing');
    rmSync(join(dirname(target), hidden), { recursive: true, force: true });
    return undefined;
  }
  mkdirSync(dirname(target), { recursive: true });
  brought.add(target);
  const found = lstatSync(target, { throwIfNoEntry: false });
  if (found !== undefined && !(type === 'directory' && found.isDirectory())) {
    rmSync(target, { recursive: true, force: true });
  }
  const mode = entry.mode & 0o777;
  switch (type) {
    case 'directory':
      mkdirSync(target, { recursive: true });
      // Its owner, the agent, must be able to fill it and to remove it.
      chmodSync(target, mode | 0o700);
      return undefined;
    case 'symlink':
      symlinkSync(entry.linkTarget ?? '', target);
      return undefined;
    case 'hardlink': {
      const source = pathInRoot(root, entry.linkTarget ?? '');
      const isFile = source !== undefined && lstatSync(source, { throwIfNoEntry: false })?.isFile() === true;
      if (!isFile) throw fail('DEPLOY_ARCHIVE_INVALID', `${path.slice(0, 200)} is a link to no file of the image`);
      linkSync(source, target);
      return undefined;
    }
    case 'file': {
      const file = openSync(target, 'wx', 0o600);
      return {
        write: (chunk) => {
          for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at);
        },
        end: () => {
          closeSync(file);
          chmodSync(target, mode | 0o600);
        },
      };
    }
    default:
      return undefined;
  }
}

function readFolder(path: string): string[] {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(path) : [];
}
