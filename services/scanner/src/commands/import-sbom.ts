import type { ByteStream, Principal } from '@stella-ops/contracts';
import { SCANNER_EVENTS } from '@stella-ops/contracts/scanner';
import type { Digest } from '@stella-ops/engine-kernel';
import type { RequestContext } from '@stella-ops/platform/http';
import type { ReadSbomOutput } from '../documents/tasks.ts';
import { imageAnswer } from '../domain/answers.ts';
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
  const { host, config, documents } = parts;
  const { tenantId } = context.caller;
  const document = await collect(sent.body.content, config.maxSbomBytes);
  const input = {
    document,
    name: sent.name,
    imageDigest: sent.imageDigest as Digest | undefined,
    platform: sent.platform,
  };
  const read = await documents.run('readSbom', input, document.length);
  await assertOneImage(parts, tenantId, read, sent);
  const { sbomDigest, inventoryDigest } = read;
  await host.objects.tenant(tenantId, 'sboms').put(document);
  await host.objects.tenant(tenantId, 'inventories').put(read.inventory);

  return host.change(context, async (tx, change) => {
    const { image, isNew, scanned } = await recordImage(tx, tenantId, {
      digest: read.imageDigest ?? sbomDigest,
      name: sent.name,
      platform: read.platform,
      indexDigest: null,
      configDigest: null,
      origin: 'sbom',
      inventoryDigest,
      sbomDigest,
      components: read.components,
      gaps: read.gaps,
      sizeBytes: null,
      scannedAt: change.at,
    });
    if (scanned !== undefined) await change.publish(SCANNER_EVENTS.imageScanned, scanned);
    change.audit(
      { type: 'image', id: image.digest },
      { name: image.name, sbomDigest, inventoryDigest, components: image.components },
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

/**
 * Caller and document must mean one image where both name one.
 *
 * @throws AppError `SBOM_INVALID`
 */
async function assertOneImage(
  { host }: Parts,
  tenantId: string,
  { describes, isCycloneDx }: ReadSbomOutput,
  { imageDigest, name }: SentSbom,
): Promise<void> {
  const asked = imageDigest as Digest | undefined;
  if (asked === undefined || describes === undefined || asked === describes) return;
  // Documents name images by manifest, index or config digest, as their tools like it.
  const isSame = await host.database.withTenant(tenantId, (tx) => isSameImage(tx, tenantId, asked, describes), {
    isReadOnly: true,
  });
  if (isSame) return;
  throw fail('SBOM_INVALID', `the document describes ${describes}, not ${asked}`, {
    place: { file: name, pointer: isCycloneDx ? '/metadata/component' : '' },
    hint: 'Leave imageDigest out, or send the SBOM of that image.',
  });
}
