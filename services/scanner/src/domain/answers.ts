import type { Image, Scan } from '@stella-ops/contracts/scanner';
import type { ImageRow } from '../store/images.ts';
import type { ScanRow } from '../store/scans.ts';

export function imageAnswer(row: ImageRow): Image {
  const { sbomDigest: _, sizeBytes, ...shown } = row;
  return { ...shown, sizeBytes: sizeBytes === null ? null : Number(sizeBytes) };
}

export function scanAnswer(row: ScanRow): Scan {
  const { errorCode, errorMessage, errorHint, kind: _kind, uploadDigest: _upload, actorId: _actor, ...shown } = row;
  const error = errorCode === null ? null : { code: errorCode, message: errorMessage ?? '', hint: errorHint ?? '' };
  return { ...shown, error };
}
