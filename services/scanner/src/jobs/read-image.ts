import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { decompress } from '@stella-ops/engine-archive';
import type { RecordStore } from '@stella-ops/engine-blobs';
import type { Inventory } from '@stella-ops/engine-inventory';
import { type Image, openImage, parseReference, type Source } from '@stella-ops/engine-oci';
import { type FactsCache, scanImage } from '@stella-ops/engine-scan';
import { registryFault } from '../domain/image-faults.ts';
import { registryOptions } from '../domain/registry-access.ts';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';
import type { ScanRow } from '../store/scans.ts';

export interface ReadImage {
  readonly inventory: Inventory;
  readonly sizeBytes: number;
}

/**
 * Reads the image that a scan names: from its registry, or out of the archive that was uploaded. Writes nothing but facts
 * of layers and files of its own, which are gone afterwards.
 *
 * @throws AppError of the engine packages, with registry faults in the words of this service; `IMAGE_TOO_LARGE`
 */
export async function readImage(
  parts: Parts,
  tenantId: string,
  scan: ScanRow,
  signal: AbortSignal,
): Promise<ReadImage> {
  const { config, clock } = parts;
  const tempDir = await mkdtemp(join(config.workFolder === '' ? tmpdir() : config.workFolder, 'stella-scan-'));
  try {
    if (scan.kind === 'archive') {
      const path = join(tempDir, 'archive.tar');
      await unpackUpload(parts, tenantId, scan, path, signal);
      return await scanSource(parts, tenantId, scan, { kind: 'archive', path, selector: {} }, { tempDir }, signal);
    }
    const reference = parseReference(scan.source);
    const registry = registryOptions(reference.registry, config, { clock, signal });
    try {
      const source = { kind: 'registry', reference } as const;
      return await scanSource(parts, tenantId, scan, source, { tempDir, registry }, signal);
    } catch (error) {
      throw registryFault(error, reference.registry);
    }
  } finally {
    await rm(tempDir, { recursive: true, force: true });
  }
}

async function scanSource(
  { host, config }: Parts,
  tenantId: string,
  scan: ScanRow,
  source: Source,
  access: Omit<Parameters<typeof openImage>[1], 'platform'>,
  signal: AbortSignal,
): Promise<ReadImage> {
  const image = await openImage(source, { ...access, ...(scan.platform === null ? {} : { platform: scan.platform }) });
  try {
    const sizeBytes = image.layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
    if (sizeBytes > config.maxImageBytes) {
      throw fail('IMAGE_TOO_LARGE', `the layers have ${sizeBytes} bytes, over the limit of ${config.maxImageBytes}`);
    }
    // The archive is a file of ours with a name of ours: neither belongs into the inventory.
    const named: Image = { ...image, name: scan.source };
    const { inventory } = await scanImage(named, {
      cache: tenantFacts(host.objects.facts, tenantId),
      limits: { maxLayerBytes: config.maxLayerBytes },
      // A decision must not rest on what the image says of itself.
      verifyDiffIds: true,
      onProgress: () => signal.throwIfAborted(),
    });
    signal.throwIfAborted();
    return { inventory, sizeBytes };
  } finally {
    await image.close();
  }
}

/** A compressed archive is unpacked on the way, within limits: a few megabytes can stand for terabytes. */
async function unpackUpload(
  { host, config }: Parts,
  tenantId: string,
  scan: ScanRow,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const digest = scan.uploadDigest;
  const packed = digest === null ? undefined : await host.objects.tenant(tenantId, 'uploads').open(digest);
  if (packed === undefined) throw fail('UPLOAD_LOST', 'the archive is no longer there');
  const iterator = packed[Symbol.asyncIterator]();
  const source = { [Symbol.asyncIterator]: () => iterator };
  try {
    const plain = decompress(source, 'sniff', { maxBytes: config.maxImageBytes, file: 'archive' });
    await pipeline(plain, createWriteStream(path, { mode: 0o600 }), { signal });
  } finally {
    // Whoever gives up early need not have closed the blob's file.
    await iterator.return?.();
  }
}

/**
 * The facts cache of one tenant. Facts shared between tenants would answer for layers that a tenant has never had: a
 * manifest that merely names the digest of somebody's private layer would bring out what is in it.
 */
function tenantFacts(facts: RecordStore, tenantId: string): FactsCache {
  const areaOf = (area: string): string => `${tenantId}-${area}`;
  return {
    get: (area, key) => facts.get(areaOf(area), key),
    put: (area, key, bytes) => facts.put(areaOf(area), key, bytes),
  };
}
