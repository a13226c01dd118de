import { fail } from '@stella-ops/contracts';
import { sql, type Transaction } from 'kysely';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { type Database, json, type SchemaSource } from '../database/index.ts';
import type { SystemClock } from '../runtime/clock.ts';
import type { Begun, IdempotencyClaim, IdempotencyStore, StoredReply } from './idempotency.ts';

export const IDEMPOTENCY_SCHEMA: SchemaSource = {
  schema: 'idempotency',
  folder: fileURLToPath(new URL('migrations', import.meta.url)),
};

const KEEP_MS = 24 * 3600 * 1000;
/**
 * A claim this old without an answer is taken over: its process died, or is so slow that its caller asked again. Should it
 * still finish, its own transaction finds the claim gone and undoes the change (`finishClaim`).
 */
const LEASE_MS = 60 * 1000;

const Reply = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string().optional(),
});

interface Row {
  readonly token: string;
  readonly fingerprint: string;
  readonly claimed_at: string;
  readonly reply: unknown;
}

/** Answers in the database: a change and the record of its answer are one transaction (`finishClaim`). */
export function databaseIdempotency(database: Database, clock: SystemClock): IdempotencyStore {
  const abandoned = new AbandonedTokens();
  return {
    begin: (claim) =>
      abandoned.unless(claim, () =>
        database.withTenant(claim.tenantId, (tx) => begin(tx, claim, Date.parse(clock.now()), abandoned)),
      ),
    finish: (claim, reply) =>
      database.withTenant(claim.tenantId, async (tx) => {
        await record(tx, claim, reply);
      }),
    forget: (claim) =>
      abandoned.unless(claim, () =>
        database.withTenant(claim.tenantId, async (tx) => {
          await sql`delete from idempotency.claim where ${same(claim)} and token = ${claim.token} and reply is null`.execute(
            tx,
          );
        }),
      ),
  };
}

/**
 * Requests of this process that ended while the database was away, so that their claims could not be given up. Whoever
 * comes next with such a key need not wait for the lease: nobody works on it.
 */
class AbandonedTokens {
  static readonly #MOST = 10_000;
  readonly #tokens = new Set<string>();

  has(token: string): boolean {
    return this.#tokens.has(token);
  }

  /** Runs a step; when it fails, it may or may not have left the claim behind. */
  async unless<T>({ token }: IdempotencyClaim, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      this.#tokens.add(token);
      const [oldest] = this.#tokens;
      if (this.#tokens.size > AbandonedTokens.#MOST && oldest !== undefined) this.#tokens.delete(oldest);
      throw error;
    }
  }
}

/**
 * Records the answer in the transaction of the change.
 *
 * @throws AppError `IDEMPOTENCY_IN_PROGRESS` when another request has taken the claim over: the change must not stand
 */
export async function finishClaim<Tables>(
  tx: Transaction<Tables>,
  claim: IdempotencyClaim,
  reply: StoredReply,
): Promise<void> {
  if (await record(tx, claim, reply)) return;
  throw fail('IDEMPOTENCY_IN_PROGRESS', 'another request with this key has taken over');
}

async function record<Tables>(tx: Transaction<Tables>, claim: IdempotencyClaim, reply: StoredReply): Promise<boolean> {
  const { rows } = await sql`
    update idempotency.claim set reply = ${json(reply)}
    where ${same(claim)} and token = ${claim.token} and reply is null
    returning 1`.execute(tx);
  return rows.length > 0;
}

/** Gives up claims without an answer. Only for a process that is alone on its database: nobody is working on them. */
export async function forgetOpenClaims(database: Database): Promise<void> {
  await database.withRelay((tx) => sql`delete from idempotency.claim where reply is null`.execute(tx));
}

/** Removes answers older than a day. */
export async function trimIdempotency(database: Database, clock: SystemClock): Promise<void> {
  const before = new Date(Date.parse(clock.now()) - KEEP_MS).toISOString();
  await database.withRelay((tx) => sql`delete from idempotency.claim where claimed_at < ${before}`.execute(tx));
}

async function begin(
  tx: Transaction<unknown>,
  claim: IdempotencyClaim,
  nowMs: number,
  abandoned: AbandonedTokens,
): Promise<Begun> {
  const now = new Date(nowMs).toISOString();
  const added = await sql`
    insert into idempotency.claim (tenant_id, actor_id, route_id, key, fingerprint, token, claimed_at)
    values (${claim.tenantId}, ${claim.actorId}, ${claim.routeId}, ${claim.key}, ${claim.fingerprint}, ${claim.token}, ${now})
    on conflict do nothing returning 1`.execute(tx);
  if (added.rows.length > 0) return { state: 'new' };
  const { rows } = await sql<Row>`
    select token, fingerprint, claimed_at, reply from idempotency.claim where ${same(claim)} for update`.execute(tx);
  const [row] = rows;
  // Given up between the two statements: the caller asks again.
  if (row === undefined) return { state: 'running' };
  const ageMs = nowMs - Date.parse(row.claimed_at);
  const isFree = row.reply === null ? ageMs > LEASE_MS || abandoned.has(row.token) : ageMs > KEEP_MS;
  if (isFree) {
    await sql`
      update idempotency.claim
      set token = ${claim.token}, fingerprint = ${claim.fingerprint}, claimed_at = ${now}, reply = null
      where ${same(claim)}`.execute(tx);
    return { state: 'new' };
  }
  if (row.fingerprint !== claim.fingerprint) return { state: 'other-request' };
  if (row.reply === null) return { state: 'running' };
  const { status, headers, body } = Reply.parse(row.reply);
  return { state: 'done', reply: { status, headers, body } };
}

const same = (claim: IdempotencyClaim) => sql`
  tenant_id = ${claim.tenantId} and actor_id = ${claim.actorId} and route_id = ${claim.routeId} and key = ${claim.key}`;
