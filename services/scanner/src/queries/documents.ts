import type { ByteStream } from '@stella-ops/contracts';
import { hexOf } from '@stella-ops/engine-kernel';
import manifest from '../../package.json' with { type: 'json' };
import type { Parts } from '../parts.ts';
import type { ImageRow } from '../store/images.ts';
import { readImageRow } from './images.ts';

interface Download<Type extends string> {
  readonly status: 200;
  readonly body: ByteStream & { readonly contentType: Type };
  readonly headers: { readonly etag: string };
}

/** The inventory as it is stored: its bytes have the digest that the image names. @throws AppError `NOT_FOUND` */
export async function downloadInventory(
  parts: Parts,
  tenantId: string,
  digest: string,
): Promise<Download<'application/json'>> {
  const image = await readImageRow(parts, tenantId, digest);
  const store = parts.host.objects.tenant(tenantId, 'inventories');
  if (!(await store.has(image.inventoryDigest))) throw missing(image);
  // Opened when it is read: a caller who has these bytes already never reads them, and the file would stay open.
  async function* content(): AsyncGenerator<Uint8Array, void> {
    const found = await store.open(image.inventoryDigest);
    if (found === undefined) throw missing(image);
    yield* found;
  }
  return {
    status: 200,
    body: { contentType: 'application/json', content: content() },
    headers: { etag: `"${hexOf(image.inventoryDigest)}"` },
  };
}

/** The inventory as an SBOM: the same bytes each time until the image is scanned anew. @throws AppError `NOT_FOUND` */
export async function downloadSbom(
  parts: Parts,
  tenantId: string,
  digest: string,
  format: 'cyclonedx' | 'spdx',
): Promise<Download<'application/vnd.cyclonedx+json' | 'application/spdx+json'>> {
  const image = await readImageRow(parts, tenantId, digest);
  const bytes = await parts.host.objects.tenant(tenantId, 'inventories').get(image.inventoryDigest);
  if (bytes === undefined) throw missing(image);
  const input = {
    inventory: bytes,
    file: image.inventoryDigest,
    format,
    toolVersion: manifest.version,
    at: image.scannedAt,
  };
  const document = await parts.documents.run('writeSbom', input, bytes.length);
  const contentType = format === 'spdx' ? 'application/spdx+json' : 'application/vnd.cyclonedx+json';
  return {
    status: 200,
    body: { contentType, content: one(document) },
    headers: { etag: `"${hexOf(image.inventoryDigest)}-${format}-${Date.parse(image.scannedAt)}"` },
  };
}

/** A row without its object is a fault of the store, not of the caller. */
function missing(image: ImageRow): Error {
  return new Error(`the inventory ${image.inventoryDigest} is not in the object store`);
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  await Promise.resolve();
  yield bytes;
}
