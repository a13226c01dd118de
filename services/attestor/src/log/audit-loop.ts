import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@stella-ops/platform/database';
import type { Logger } from '@stella-ops/platform/runtime';
import type { AttestorMetrics } from '../metrics.ts';
import { publishedSize } from '../store/log-state.ts';
import { auditLog } from './audit-log.ts';
import type { LogKeeper } from './log-identity.ts';
import type { SeenCheckpoint } from './seen-checkpoint.ts';

interface Parts {
  readonly database: Database;
  readonly keeper: LogKeeper;
  readonly seen: SeenCheckpoint;
  readonly logger: Logger;
  readonly record: AttestorMetrics;
  readonly everyMs: number;
}

/** Reads the whole log at once and then from time to time. What it finds wrong stops this process from signing. */
export function startAuditLoop(parts: Parts): { stop(): Promise<void> } {
  const controller = new AbortController();
  const running = loop(parts, controller.signal);
  return {
    stop: async () => {
      controller.abort();
      await running;
    },
  };
}

async function loop(parts: Parts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && parts.seen.fault === undefined) {
    try {
      await auditOnce(parts, signal);
    } catch (error) {
      parts.logger.warn('The log could not be read as a whole', { error });
    }
    await delay(parts.everyMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function auditOnce({ database, keeper, seen, logger, record }: Parts, signal: AbortSignal): Promise<void> {
  const size = await database.withRelay(publishedSize, { isReadOnly: true });
  // Nothing to read, and nobody has asked for a log yet.
  if (size === 0) return;
  const fault = await auditLog(database, await keeper.identity(), size, signal);
  if (fault === undefined) return;
  seen.fault = fault;
  record.isForked(1, {});
  logger.error('The log is not what was signed: nothing more is signed', { fault });
}
