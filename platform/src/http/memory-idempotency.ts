import type { IdempotencyClaim, IdempotencyStore, StoredReply } from './idempotency.ts';

export interface MemoryIdempotencyOptions {
  /** How long an answer is kept; default 24 h. */
  readonly keepMs?: number;
  /** Default 10,000; beyond it the oldest finished answer goes. */
  readonly maxKeys?: number;
  readonly nowMs: () => number;
}

interface Entry {
  readonly claim: IdempotencyClaim;
  readonly atMs: number;
  reply: StoredReply | undefined;
}

/** Answers kept by this process alone: for tests, and servers that lose nothing by forgetting at a restart. */
export function memoryIdempotency(options: MemoryIdempotencyOptions): IdempotencyStore {
  const keepMs = options.keepMs ?? 24 * 3600 * 1000;
  const maxKeys = options.maxKeys ?? 10_000;
  const entries = new Map<string, Entry>();

  const nameOf = (claim: IdempotencyClaim): string =>
    JSON.stringify([claim.tenantId, claim.actorId, claim.routeId, claim.key]);
  const ownEntry = (claim: IdempotencyClaim): Entry | undefined => {
    const entry = entries.get(nameOf(claim));
    return entry?.claim.token === claim.token ? entry : undefined;
  };
  const evict = (): void => {
    for (const [name, entry] of entries) {
      if (entries.size <= maxKeys) return;
      if (entry.reply !== undefined) entries.delete(name);
    }
  };

  return {
    begin(claim) {
      const name = nameOf(claim);
      const entry = entries.get(name);
      if (entry !== undefined && (entry.reply === undefined || options.nowMs() - entry.atMs < keepMs)) {
        if (entry.claim.fingerprint !== claim.fingerprint) return Promise.resolve({ state: 'other-request' });
        if (entry.reply === undefined) return Promise.resolve({ state: 'running' });
        return Promise.resolve({ state: 'done', reply: entry.reply });
      }
      entries.delete(name);
      entries.set(name, { claim, atMs: options.nowMs(), reply: undefined });
      evict();
      return Promise.resolve({ state: 'new' });
    },
    finish(claim, reply) {
      const entry = ownEntry(claim);
      if (entry !== undefined) entry.reply = reply;
      return Promise.resolve();
    },
    forget(claim) {
      const entry = ownEntry(claim);
      if (entry !== undefined && entry.reply === undefined) entries.delete(nameOf(claim));
      return Promise.resolve();
    },
  };
}
