import { sql, type Transaction } from 'kysely';
import type { PolicyException } from '@stella-ops/contracts/policy';
import type { Digest, Timestamp } from '@stella-ops/engine-kernel';
import type { Exception } from '@stella-ops/engine-policy';
import type { State } from '../domain/exception-states.ts';

interface Row extends Omit<PolicyException, 'requestedBy' | 'decidedBy'> {
  readonly requestedById: string;
  readonly requestedByName: string;
  readonly decidedById: string | null;
  readonly decidedByName: string | null;
}

const COLUMNS = sql`
  id, state, vulnerability, package, image_digest as "imageDigest", reason, requested_by_id as "requestedById",
  requested_by_name as "requestedByName", decided_by_id as "decidedById", decided_by_name as "decidedByName",
  decision_reason as "decisionReason", created_at as "createdAt", decided_at as "decidedAt", expires_at as "expiresAt"`;

function exceptionOf({ requestedById, requestedByName, decidedById, decidedByName, ...rest }: Row): PolicyException {
  return {
    ...rest,
    requestedBy: { id: requestedById, name: requestedByName },
    decidedBy: decidedById === null ? null : { id: decidedById, name: decidedByName ?? '' },
  };
}

export async function insertException<T>(tx: Transaction<T>, tenantId: string, one: PolicyException): Promise<void> {
  await sql`
    insert into policy.exception
      (tenant_id, id, state, vulnerability, package, image_digest, reason, requested_by_id, requested_by_name,
       created_at, expires_at)
    values (${tenantId}, ${one.id}, ${one.state}, ${one.vulnerability}, ${one.package}, ${one.imageDigest},
            ${one.reason}, ${one.requestedBy.id}, ${one.requestedBy.name}, ${one.createdAt}, ${one.expiresAt})`.execute(
    tx,
  );
}

export async function findException<T>(
  tx: Transaction<T>,
  tenantId: string,
  id: string,
): Promise<PolicyException | undefined> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from policy.exception where tenant_id = ${tenantId} and id = ${id}`.execute(tx);
  return rows[0] === undefined ? undefined : exceptionOf(rows[0]);
}

/** The same, and nobody else changes it until the transaction ends. */
export async function holdException<T>(
  tx: Transaction<T>,
  tenantId: string,
  id: string,
): Promise<PolicyException | undefined> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from policy.exception where tenant_id = ${tenantId} and id = ${id} for update`.execute(tx);
  return rows[0] === undefined ? undefined : exceptionOf(rows[0]);
}

export async function setException<T>(tx: Transaction<T>, tenantId: string, one: PolicyException): Promise<void> {
  await sql`
    update policy.exception
    set state = ${one.state}, decided_by_id = ${one.decidedBy?.id ?? null},
        decided_by_name = ${one.decidedBy?.name ?? null}, decision_reason = ${one.decisionReason},
        decided_at = ${one.decidedAt}
    where tenant_id = ${tenantId} and id = ${one.id}`.execute(tx);
}

export async function pageExceptions<T>(
  tx: Transaction<T>,
  tenantId: string,
  filter: { readonly state?: State | undefined },
  after: string | undefined,
  take: number,
): Promise<readonly PolicyException[]> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from policy.exception
    where tenant_id = ${tenantId}
      ${filter.state === undefined ? sql`` : sql`and state = ${filter.state}`}
      ${after === undefined ? sql`` : sql`and id < ${after}::uuid`}
    order by id desc limit ${take}`.execute(tx);
  return rows.map(exceptionOf);
}

/**
 * What decisions about an image may depend on, as the engine takes it: approved exceptions, and those that ended since
 * `endedSince`, so that a verdict can say that an exception has run out.
 */
export async function exceptionsFor<T>(
  tx: Transaction<T>,
  tenantId: string,
  imageDigest: Digest,
  endedSince: Timestamp,
): Promise<readonly Exception[]> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from policy.exception
    where tenant_id = ${tenantId} and state in ('approved', 'expired') and decided_at is not null
      and expires_at > ${endedSince} and (image_digest is null or image_digest = ${imageDigest})
    order by id`.execute(tx);
  return rows.map((row) => ({
    id: row.id,
    vulnerability: row.vulnerability,
    ...(row.package === null ? {} : { package: row.package }),
    ...(row.imageDigest === null ? {} : { subject: imageDigest }),
    reason: row.reason,
    approvedBy: (row.decidedByName || row.decidedById || '').slice(0, 200),
    createdAt: row.decidedAt ?? row.createdAt,
    expiresAt: row.expiresAt,
  }));
}

/** Of all tenants, those whose time is over and whose state does not say so. @param tx of the relay role */
export async function overdueExceptions<T>(
  tx: Transaction<T>,
  now: Timestamp,
  take: number,
): Promise<readonly { readonly tenantId: string; readonly id: string }[]> {
  const { rows } = await sql<{ tenantId: string; id: string }>`
    select tenant_id as "tenantId", id from policy.exception
    where state in ('draft', 'pending_review', 'approved') and expires_at <= ${now}
    order by expires_at limit ${take}`.execute(tx);
  return rows;
}
