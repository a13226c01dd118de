import type { Client } from '@stella-ops/contracts';
import type { ReleaseComponent } from '@stella-ops/contracts/releases';
import { type Image, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import type { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { PlatformDigests, ScanFact, ScannedImage } from '../domain/facts.ts';
import { scannedPlatform } from '../domain/release-digest.ts';
import { noteFailedScan, putScanRequest, scanRequestsOf } from '../store/scan-requests.ts';
import { ask, type Asked, unavailable } from './ask.ts';

type Scanner = Client<typeof SCANNER_ROUTES>;
type Part = z.infer<typeof ReleaseComponent>;

const SCANNER = 'scanner';

/**
 * Which images of a component have an inventory. When none has, a scan of one is asked for, once; what became of it is
 * told instead.
 */
export async function askScanner(deps: Deps, tenantId: string, part: Part, signal: AbortSignal): Promise<ScanFact> {
  const scanner = deps.host.client(SCANNER_ROUTES, {
    tenantId,
    service: 'releases',
    scopes: ['scanner.read', 'scanner.scan'],
  });
  const scanned: ScannedImage[] = [];
  const unscanned: PlatformDigests[] = [];
  for (const platform of part.platforms) {
    const image = await findImage(scanner, platform, signal);
    if (!image.ok && image.code !== 'NOT_FOUND') {
      return { component: part.component, scanned: [], unscanned: [], missing: unavailable(SCANNER, image) };
    }
    if (image.ok) scanned.push(scannedImage(image.value, platform));
    else unscanned.push(platform);
  }
  const wanted = scannedPlatform(unscanned);
  if (scanned.length > 0 || wanted === undefined) {
    return { component: part.component, scanned, unscanned, missing: undefined };
  }
  return whatBecame(deps, tenantId, scanner, part, wanted, signal);
}

async function findImage(scanner: Scanner, platform: PlatformDigests, signal: AbortSignal): Promise<Asked<Image>> {
  const { manifestDigest, configDigest } = platform;
  const get = (imageDigest: string) =>
    ask(signal, async () => (await scanner.getImage({ params: { imageDigest } }, { signal })).body);
  const byManifest = await get(manifestDigest);
  // An archive that was uploaded has no manifest of a registry: its image is known by the config.
  const isUnknown = !byManifest.ok && byManifest.code === 'NOT_FOUND';
  return isUnknown && configDigest !== null ? get(configDigest) : byManifest;
}

function scannedImage(image: Image, { platform }: PlatformDigests): ScannedImage {
  const { digest, components, gaps, scannedAt } = image;
  return { digest, platform: platform ?? image.platform, components, gaps, scannedAt };
}

async function whatBecame(
  deps: Deps,
  tenantId: string,
  scanner: Scanner,
  part: Part,
  platform: PlatformDigests,
  signal: AbortSignal,
): Promise<ScanFact> {
  const fact = (missing: ScanFact['missing']): ScanFact => ({
    component: part.component,
    scanned: [],
    unscanned: part.platforms,
    missing,
  });
  const imageDigest = platform.manifestDigest;
  const [request] = await deps.host.database.withTenant(tenantId, (tx) => scanRequestsOf(tx, [imageDigest]), {
    isReadOnly: true,
  });
  let attempt = request?.attempt ?? 1;
  const scanId = request?.scanId ?? null;
  if (scanId !== null) {
    const scan = await ask(signal, async () => (await scanner.getScan({ params: { scanId } }, { signal })).body);
    if (scan.ok) {
      const { status, error } = scan.value;
      if (status === 'queued' || status === 'running') return fact({ kind: 'scanning', scanId });
      // It may have ended since the image was looked for.
      const image = await findImage(scanner, platform, signal);
      if (image.ok) {
        const unscanned = part.platforms.filter((one) => one !== platform);
        return { ...fact(undefined), scanned: [scannedImage(image.value, platform)], unscanned };
      }
      await deps.host.database.withTenant(tenantId, (tx) => noteFailedScan(tx, scanId));
      return fact({ kind: 'failed', ...(error ?? OTHER_IMAGE) });
    }
    if (scan.code !== 'NOT_FOUND') return fact(unavailable(SCANNER, scan));
    attempt++;
  }
  const source = `${part.repository}@${imageDigest}`;
  const created = await ask(signal, async () => {
    const idempotencyKey = `releases/${imageDigest}/${attempt}`;
    return (await scanner.createScan({ body: { source } }, { signal, idempotencyKey })).body;
  });
  if (!created.ok) {
    const isAboutImage = created.code === 'SOURCE_INVALID' || created.code === 'REGISTRY_FORBIDDEN';
    return fact(isAboutImage ? { kind: 'failed', ...created } : unavailable(SCANNER, created));
  }
  const { id } = created.value;
  await deps.host.database.withTenant(tenantId, (tx) =>
    putScanRequest(tx, tenantId, { imageDigest, attempt, scanId: id }),
  );
  return fact({ kind: 'scanning', scanId: id });
}

const OTHER_IMAGE = {
  code: 'IMAGE_UNKNOWN',
  message: 'the scan ended without an inventory of this image',
  hint: 'Scan the image by its digest.',
};
