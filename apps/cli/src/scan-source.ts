import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { directoryRecords } from '@stella-ops/engine-blobs';
import type { Inventory } from '@stella-ops/engine-inventory';
import { formatSource, openImage, parseSource, type Source } from '@stella-ops/engine-oci';
import { type ScanResult, scanDirectory, scanImage } from '@stella-ops/engine-scan';
import { cacheFolder, type Context } from './context.ts';
import { imageAccess } from './image-access.ts';

export interface LoadOptions {
  readonly platform?: string | undefined;
  readonly useCache: boolean;
  /** Hash the uncompressed layers too: a decision must not rest on what the image says of itself. */
  readonly verifyDiffIds: boolean;
}

export interface Loaded {
  readonly inventory: Inventory;
  /** What the scan did; absent when an SBOM was read. */
  readonly stats?: ScanResult['stats'];
  readonly warnings: readonly string[];
}

/** Scans an image or a directory. */
export async function scanSource(text: string, context: Context, options: LoadOptions): Promise<Loaded> {
  const source = await parseSource(text);
  const result =
    source.kind === 'dir'
      ? await scanDirectory(resolve(context.cwd, source.path), { name: formatSource(source) })
      : await scanRemote(source, context, options);
  context.progress('');
  return { ...result, warnings: [] };
}

async function scanRemote(
  source: Exclude<Source, { kind: 'dir' }>,
  context: Context,
  options: LoadOptions,
): Promise<ScanResult> {
  const tempDir = await mkdtemp(join(tmpdir(), 'stella-'));
  try {
    const image = await openImage(source, {
      ...(await imageAccess(context)),
      tempDir,
      ...(options.platform === undefined ? {} : { platform: options.platform }),
    });
    try {
      const folder = options.useCache ? cacheFolder(context.env) : undefined;
      const cache = folder === undefined ? undefined : directoryRecords(join(folder, 'facts'));
      return await scanImage(image, {
        verifyDiffIds: options.verifyDiffIds,
        onProgress: ({ layersDone, layersTotal, bytesDone, bytesTotal }) =>
          context.progress(`${layersDone} of ${layersTotal} layers, ${mib(bytesDone)} of ${mib(bytesTotal)} MiB`),
        ...(cache === undefined ? {} : { cache }),
      });
    } finally {
      await image.close();
    }
  } finally {
    await rm(tempDir, { recursive: true, force: true });
  }
}

const mib = (bytes: number): string => (bytes / (1 << 20)).toFixed(1);
