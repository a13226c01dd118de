import type { ByteStream, Principal } from '@stella-ops/contracts';
import { SCANNER_EVENTS } from '@stella-ops/contracts/scanner';
import { type Digest, digestOf } from '@stella-ops/engine-kernel';
import { type Inventory, inventoryBytes, readSbom } from '@stella-ops/engine-inventory';
import { parsePlatform } from '@stella-ops/engine-oci';
import type { RequestContext } from '@stella-ops/platform/http';
import { imageAnswer } from '../domain/answers.ts';
import { platformText } from '../domain/platform-text.ts';
import { inventoryOfImage } from '../domain/sbom-inventory.ts';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { isSameImage } from '../store/images.ts';
import { recordImage } from './record-image.ts';

export interface SentSbom {
  readonly name: string;
  readonly imageDigest?: string | undefined;
  readonly platform?: string | undefined;
  readonly body: ByteStream;
}

/**
 * Records an image by a document that describes it. The document is kept as it came.
 *
 * @throws AppError `SBOM_INVALID` with the place of the fault, `IMAGE_SCANNED`, `BODY_TOO_LARGE`
 */
export async function importSbom(
  parts: Parts,
  context: RequestContext & { readonly caller: Principal },
  sent: SentSbom,
) {
  const { sboms } = parts.metrics.record;
  try {
    const reply = await taken(parts, context, sent);
    sboms(1, { outcome: 'taken' });
    return reply;
  } catch (error) {
    sboms(1, { outcome: 'refused' });
    throw error;
  }
}

async function taken(parts: Parts, context: RequestContext & { readonly caller: Principal }, sent: SentSbom) {
  const { host, config } = parts;
  const { tenantId } = context.caller;
  const document = await collect(sent.body.content, config.maxSbomBytes);
  const read = readDocument(document, sent.name);
  const stated = await statedDigest(parts, tenantId, read, sent);
  const inventory = inventoryOfImage(read, {
    name: sent.name,
    imageDigest: stated,
    platform: sent.platform === undefined ? undefined : parsePlatform(sent.platform),
  });
  const bytes = inventoryBytes(inventory);
  const sbomDigest = digestOf(document);
  await host.objects.tenant(tenantId, 'sboms').put(document);
  await host.objects.tenant(tenantId, 'inventories').put(bytes);

  return host.change(context, async (tx, change) => {
    const { image, isNew, scanned } = await recordImage(tx, tenantId, {
      digest: stated ?? sbomDigest,
      name: sent.name,
      platform: sent.platform ?? platformText(inventory.subject.platform),
      indexDigest: null,
      configDigest: null,
      origin: 'sbom',
      inventoryDigest: digestOf(bytes),
      sbomDigest,
      components: inventory.components.length,
      gaps: inventory.gaps.length,
      sizeBytes: null,
      scannedAt: change.at,
    });
    if (scanned !== undefined) await change.publish(SCANNER_EVENTS.imageScanned, scanned);
    change.audit(
      { type: 'image', id: image.digest },
      { name: image.name, sbomDigest, inventoryDigest: image.inventoryDigest, components: image.components },
    );
    return { status: isNew ? (201 as const) : (200 as const), body: imageAnswer(image) };
  });
}

/** @throws AppError `BODY_TOO_LARGE` */
async function collect(content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (size > maxBytes) throw fail('BODY_TOO_LARGE', `the SBOM is over ${maxBytes} bytes`);
    chunks.push(Uint8Array.from(chunk));
  }
  return Buffer.concat(chunks);
}

/** @throws AppError `SBOM_INVALID` */
function readDocument(document: Buffer, name: string): Inventory {
  const reading = readSbom(document, name);
  if (!reading.ok) {
    const { message, place, hint } = reading.error;
    throw fail('SBOM_INVALID', message, {
      hint,
      ...(place === undefined ? {} : { place }),
      details: { violations: reading.violations },
      cause: reading.error,
    });
  }
  // Our own format says of itself how sure it is, and would be believed.
  if (reading.inventory.subject.kind !== 'sbom') {
    throw fail('SBOM_INVALID', 'this is an inventory, not an SBOM', {
      place: { file: name, pointer: '/format' },
      hint: 'Send the image as CycloneDX or SPDX: an inventory is only taken from our own scanner.',
    });
  }
  return reading.inventory;
}

/**
 * Which image the document is about: what the caller says, else what the document says. Undefined when neither does.
 *
 * @throws AppError `SBOM_INVALID` when they name two images
 */
async function statedDigest(
  { host }: Parts,
  tenantId: string,
  read: Inventory,
  sent: SentSbom,
): Promise<Digest | undefined> {
  const asked = sent.imageDigest as Digest | undefined;
  const { describes } = read.subject;
  if (asked === undefined || describes === undefined || asked === describes) return asked ?? describes;
  // Documents name images by manifest, index or config digest, as their tools like it.
  const isSame = await host.database.withTenant(tenantId, (tx) => isSameImage(tx, tenantId, asked, describes), {
    isReadOnly: true,
  });
  if (isSame) return asked;
  const isCycloneDx = read.components.some(({ evidence }) => evidence.analyzer === 'cyclonedx');
  throw fail('SBOM_INVALID', `the document describes ${describes}, not ${asked}`, {
    place: { file: sent.name, pointer: isCycloneDx ? '/metadata/component' : '' },
    hint: 'Leave imageDigest out, or send the SBOM of that image.',
  });
}
