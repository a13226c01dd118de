import { SCANNER_EVENTS } from '@stella-ops/contracts/scanner';
import { type Digest, digestOf } from '@stella-ops/engine-kernel';
import { inventoryBytes } from '@stella-ops/engine-inventory';
import { publishEvent } from '@stella-ops/platform/events';
import type { JobContext } from '@stella-ops/platform/jobs';
import { recordImage } from '../commands/record-image.ts';
import { type ScanFault, scanFault } from '../domain/image-faults.ts';
import { platformText } from '../domain/platform-text.ts';
import { isFinal, nextStatus, type ScanEvent } from '../domain/scan-states.ts';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';
import type { SeenImage } from '../store/images.ts';
import { lockScan, type ScanRow, updateScan } from '../store/scans.ts';
import { dropUpload } from './drop-upload.ts';
import { readImage, type ReadImage } from './read-image.ts';

/** One attempt at a scan. Throws when there should be another. */
export async function runAttempt(parts: Parts, scanId: string, context: JobContext): Promise<void> {
  const { tenantId, attempt, signal } = context;
  const { clock, config, metrics, logger } = parts;
  const scan = await move(parts, tenantId, scanId, attempt, 'start');
  if (scan === undefined) return;
  if (isFinal(scan.status)) return afterwards(parts, tenantId, scan);
  if (attempt > config.attempts) {
    const lost = fail('SCAN_INTERRUPTED', 'no attempt came to an end');
    await move(parts, tenantId, scanId, attempt, 'fail', scanFault(lost, false));
    return afterwards(parts, tenantId, scan);
  }
  if (attempt === 1) metrics.record.wait(secondsBetween(scan.createdAt, clock.now()), {});

  const startedMs = clock.monotonicMs();
  const ended = (outcome: 'succeeded' | 'failed' | 'postponed'): void => {
    metrics.record.attempts(1, { outcome });
    metrics.record.duration((clock.monotonicMs() - startedMs) / 1000, { outcome });
  };
  let read: ReadImage;
  try {
    read = await readImage(parts, tenantId, scan, signal);
  } catch (error) {
    const fault = scanFault(error, signal.aborted);
    const isPostponed = fault.isPassing && attempt < config.attempts;
    await move(parts, tenantId, scanId, attempt, isPostponed ? 'postpone' : 'fail', fault);
    ended(isPostponed ? 'postponed' : 'failed');
    if (isPostponed) throw error;
    if (fault.code === 'SCAN_FAULT') logger.error('A scan ended with a fault of ours', { scanId, error });
    return afterwards(parts, tenantId, scan);
  }
  await succeed(parts, tenantId, scan, attempt, read);
  ended('succeeded');
  return afterwards(parts, tenantId, scan);
}

/** The inventory before the row that names it; then image, event and scan at once. */
async function succeed(
  { host, clock, ids }: Parts,
  tenantId: string,
  scan: ScanRow,
  attempt: number,
  { inventory, sizeBytes }: ReadImage,
): Promise<void> {
  const { subject, components, gaps } = inventory;
  const bytes = inventoryBytes(inventory);
  const digest = subject.digest as Digest;
  await host.objects.tenant(tenantId, 'inventories').put(bytes);
  await host.database.withTenant(tenantId, async (tx) => {
    const now = await lockScan(tx, tenantId, scan.id);
    // Another process was given the job meanwhile; it is the one that ends it.
    if (now === undefined || nextStatus(now.status, 'succeed') === undefined) return;
    const at = clock.now();
    const seen: SeenImage = {
      digest,
      name: scan.source,
      platform: platformText(subject.platform),
      indexDigest: subject.indexDigest ?? null,
      configDigest: subject.configDigest ?? null,
      origin: 'scan',
      inventoryDigest: digestOf(bytes),
      sbomDigest: null,
      components: components.length,
      gaps: gaps.length,
      sizeBytes: BigInt(sizeBytes),
      scannedAt: at,
    };
    const { scanned } = await recordImage(tx, tenantId, seen);
    if (scanned !== undefined) {
      await publishEvent(tx, SCANNER_EVENTS.imageScanned, { id: ids.uuid(), tenantId, occurredAt: at, data: scanned });
    }
    const attempts = Math.max(now.attempts, attempt);
    await updateScan(tx, tenantId, scan.id, { status: 'succeeded', attempts, imageDigest: digest, finishedAt: at });
    await host.audit(tx, {
      tenantId,
      service: 'scanner',
      onBehalfOf: scan.actorId,
      action: 'scanner.scan-image',
      target: { type: 'image', id: digest },
      details: { scanId: scan.id, inventoryDigest: seen.inventoryDigest, components: seen.components },
    });
  });
}

/**
 * Takes a scan along one of the other ways of its state table.
 *
 * @returns the row as it is then; unchanged when it has ended, or belongs to a later attempt
 */
async function move(
  { host, clock, config, ids }: Parts,
  tenantId: string,
  scanId: string,
  attempt: number,
  event: Exclude<ScanEvent, 'succeed'>,
  fault?: ScanFault,
): Promise<ScanRow | undefined> {
  return host.database.withTenant(tenantId, async (tx) => {
    const scan = await lockScan(tx, tenantId, scanId);
    const status = scan === undefined ? undefined : nextStatus(scan.status, event);
    if (scan === undefined || status === undefined || scan.attempts > attempt) return scan;
    const at = clock.now();
    const error = fault ?? storedError(scan);
    await updateScan(tx, tenantId, scanId, {
      status,
      attempts: Math.max(scan.attempts, Math.min(attempt, config.attempts)),
      ...(error === undefined ? {} : { error }),
      ...(isFinal(status) ? { finishedAt: at } : {}),
    });
    if (status === 'failed' && fault !== undefined) {
      const data = { scanId, source: scan.source, code: fault.code };
      await publishEvent(tx, SCANNER_EVENTS.scanFailed, { id: ids.uuid(), tenantId, occurredAt: at, data });
      await host.audit(tx, {
        tenantId,
        service: 'scanner',
        onBehalfOf: scan.actorId,
        action: 'scanner.scan-image',
        target: { type: 'scan', id: scanId },
        details: { failed: fault.code },
      });
    }
    return { ...scan, status };
  });
}

async function afterwards(parts: Parts, tenantId: string, scan: ScanRow): Promise<void> {
  if (scan.uploadDigest !== null) await dropUpload(parts, tenantId, scan.uploadDigest);
}

function storedError({ errorCode, errorMessage, errorHint }: ScanRow) {
  if (errorCode === null) return undefined;
  return { code: errorCode, message: errorMessage ?? '', hint: errorHint ?? '' };
}

function secondsBetween(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from)) / 1000;
}
