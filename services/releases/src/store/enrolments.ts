import { sql } from 'kysely';
import type { Tx } from './tx.ts';

export interface NewEnrolment {
  readonly id: string;
  readonly name: string;
  readonly tokenDigest: string;
  readonly createdBy: { readonly id: string; readonly name: string };
  readonly expiresAt: string;
}

export async function insertEnrolment(tx: Tx, tenantId: string, enrolment: NewEnrolment): Promise<void> {
  await sql`
    insert into releases.enrolment
      (tenant_id, enrolment_id, name, token_digest, created_by_id, created_by_name, expires_at)
    values (${tenantId}, ${enrolment.id}, ${enrolment.name}, ${enrolment.tokenDigest}, ${enrolment.createdBy.id},
            ${enrolment.createdBy.name}, ${enrolment.expiresAt})`.execute(tx);
}

/** In which tenant a token counts; for the relay's role. */
export async function findEnrolment(
  tx: Tx,
  tokenDigest: string,
  at: string,
): Promise<{ readonly tenantId: string; readonly id: string } | undefined> {
  const { rows } = await sql<{ tenantId: string; id: string }>`
    select tenant_id as "tenantId", enrolment_id as id from releases.enrolment
    where token_digest = ${tokenDigest} and used_at is null and expires_at > ${at}`.execute(tx);
  return rows[0];
}

export async function nameOfEnrolment(tx: Tx, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    select name from releases.enrolment where enrolment_id = ${id}`.execute(tx);
  return rows[0]?.name;
}

/** Uses a token up. @returns the name that it is for; `undefined` when another was faster */
export async function useEnrolment(tx: Tx, id: string, at: string): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    update releases.enrolment set used_at = ${at}
    where enrolment_id = ${id} and used_at is null and expires_at > ${at} returning name`.execute(tx);
  return rows[0]?.name;
}
