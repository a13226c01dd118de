import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { directoryRecords } from '@stella-ops/engine-blobs';
import { type Inventory, readSbom } from '@stella-ops/engine-inventory';
import { formatSource, openImage, parseSource, type Source } from '@stella-ops/engine-oci';
import { type ScanResult, scanDirectory, scanImage } from '@stella-ops/engine-scan';
import { cacheFolder, type Context } from './context.ts';
import { readInput } from './input.ts';
import { imageAccess } from './image-access.ts';

export interface LoadOptions {
  readonly platform?: string | undefined;
  readonly useCache: boolean;
}

export interface Loaded {
  readonly inventory: Inventory;
  /** What the scan did; absent when an SBOM was read. */
  readonly stats?: ScanResult['stats'];
  readonly warnings: readonly string[];
}

/**
 * The inventory of a source: scanned from an image or a directory, or read from an SBOM (`sbom:FILE`, or a JSON file).
 *
 * @throws AppError of the packages that read sources, images and SBOMs
 */
export async function loadInventory(text: string, context: Context, options: LoadOptions): Promise<Loaded> {
  const sbom = await sbomPath(text, context);
  if (sbom === undefined) return scanSource(text, context, options);
  const reading = readSbom(await readInput(sbom, context), sbom);
  if (!reading.ok) throw reading.error;
  return {
    inventory: reading.inventory,
    warnings: reading.warnings.map((one) => `${sbom}#${one.pointer}: ${one.message}`),
  };
}

/** Scans an image or a directory. */
export async function scanSource(text: string, context: Context, options: LoadOptions): Promise<Loaded> {
  const source = await parseSource(text);
  const onProgress = (done: string): void => context.progress(done);
  const result =
    source.kind === 'dir'
      ? await scanDirectory(resolve(context.cwd, source.path), { name: formatSource(source) })
      : await scanRemote(source, context, options, onProgress);
  context.progress('');
  return { ...result, warnings: [] };
}

async function scanRemote(
  source: Exclude<Source, { kind: 'dir' }>,
  context: Context,
  options: LoadOptions,
  onProgress: (done: string) => void,
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
      return await scanImage(image, { onProgress, ...(cache === undefined ? {} : { cache }) });
    } finally {
      await image.close();
    }
  } finally {
    await rm(tempDir, { recursive: true, force: true });
  }
}

/** An SBOM is named as such, or is an existing file whose first character opens a JSON object. */
async function sbomPath(text: string, context: Context): Promise<string | undefined> {
  if (text.startsWith('sbom:')) return text.slice('sbom:'.length);
  if (text === '-') return text;
  try {
    const file = await open(resolve(context.cwd, text), 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
      return /^\ufeff?\s*\{/.test(buffer.toString('utf8', 0, bytesRead)) ? text : undefined;
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
