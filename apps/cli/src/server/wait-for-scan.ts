import type { Client } from '@stella-ops/contracts';
import type { Scan, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';

const PAUSE_MS = 250;

/** @throws AppError `SCAN_FAILED` with what the server says */
export async function waitForScan(
  scanner: Client<typeof SCANNER_ROUTES>,
  started: Scan,
  context: Context,
): Promise<Scan> {
  let scan = started;
  while (scan.status === 'queued' || scan.status === 'running') {
    context.progress(`scan ${scan.status}`);
    await delay(PAUSE_MS);
    scan = (await scanner.getScan({ params: { scanId: started.id } })).body;
  }
  if (scan.status === 'failed') {
    const { code, message, hint } = scan.error ?? {
      code: 'UNKNOWN',
      message: 'no reason given',
      hint: 'Scan it again.',
    };
    throw fail('SCAN_FAILED', `the scan of ${scan.source} failed: ${code}: ${message}`, { hint });
  }
  return scan;
}
