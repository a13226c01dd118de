import { sql, type Transaction } from 'kysely';
import type { Timestamp } from '@stella-ops/engine-kernel';
import { json } from '@stella-ops/platform/database';
import { JudgedState } from '../domain/judged-state.ts';

export interface ImageRow {
  readonly imageDigest: string;
  readonly inventoryDigest: string;
  readonly revision: bigint;
  readonly judgedState: JudgedState | null;
  readonly answerDigest: string | null;
}

/** Notes an image and its present inventory; it waits for its judgement then. */
export async function noteImage<T>(
  tx: Transaction<T>,
  tenantId: string,
  image: { readonly imageDigest: string; readonly inventoryDigest: string; readonly at: Timestamp },
): Promise<void> {
  await sql`
    insert into policy.image as image (tenant_id, image_digest, inventory_digest, seen_at, revision, is_waiting)
    values (${tenantId}, ${image.imageDigest}, ${image.inventoryDigest}, ${image.at}, 1, true)
    on conflict (tenant_id, image_digest) do update
      set inventory_digest = excluded.inventory_digest, seen_at = excluded.seen_at, is_waiting = true,
          revision = image.revision + 1`.execute(tx);
}

export async function findImage<T>(
  tx: Transaction<T>,
  tenantId: string,
  imageDigest: string,
): Promise<ImageRow | undefined> {
  const { rows } = await sql<Omit<ImageRow, 'judgedState'> & { readonly judgedState: unknown }>`
    select image_digest as "imageDigest", inventory_digest as "inventoryDigest", revision,
           judged_state as "judgedState", answer_digest as "answerDigest"
    from policy.image where tenant_id = ${tenantId} and image_digest = ${imageDigest}`.execute(tx);
  const [row] = rows;
  return row === undefined ? undefined : { ...row, judgedState: JudgedState.nullable().parse(row.judgedState) };
}

/** The next images by digest, marked as waiting. */
export async function markWaiting<T>(
  tx: Transaction<T>,
  tenantId: string,
  after: string,
  take: number,
): Promise<readonly string[]> {
  const { rows } = await sql<{ imageDigest: string }>`
    with page as (
      select image_digest from policy.image
      where tenant_id = ${tenantId} and image_digest > ${after} order by image_digest limit ${take}
    )
    update policy.image image set is_waiting = true from page
    where image.tenant_id = ${tenantId} and image.image_digest = page.image_digest
    returning image.image_digest as "imageDigest"`.execute(tx);
  return rows.map(({ imageDigest }) => imageDigest).sort();
}

/** The present state was held against the image, and nothing came of it that was not known. */
export async function markJudged<T>(
  tx: Transaction<T>,
  tenantId: string,
  image: ImageRow,
  state: JudgedState,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update policy.image
    set judged_state = ${json(state)}, is_waiting = false, revision = revision + 1
    where tenant_id = ${tenantId} and image_digest = ${image.imageDigest} and revision = ${image.revision}`.execute(tx);
  return numAffectedRows === 1n;
}

/** The image has a new answer. False when the row is not the one that was judged. */
export async function setAnswer<T>(
  tx: Transaction<T>,
  tenantId: string,
  image: ImageRow,
  answer: { readonly state: JudgedState; readonly answerDigest: string; readonly decisionId: string },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update policy.image
    set judged_state = ${json(answer.state)}, answer_digest = ${answer.answerDigest},
        last_decision = ${answer.decisionId}, is_waiting = false, revision = revision + 1
    where tenant_id = ${tenantId} and image_digest = ${image.imageDigest} and revision = ${image.revision}`.execute(tx);
  return numAffectedRows === 1n;
}

/** Of all tenants. @param tx of the relay role */
export async function countWaiting<T>(tx: Transaction<T>): Promise<number> {
  const { rows } = await sql<{ count: bigint }>`
    select count(*) as count from policy.image where is_waiting`.execute(tx);
  return Number(rows[0]?.count ?? 0n);
}
