import { sql, type Transaction } from 'kysely';
import type { Tally } from '../domain/plan-projection.ts';

/** The last decision that was projected for an image. */
export interface Progress {
  readonly evaluatedAt: string;
  readonly decisionId: string;
}

interface ProgressRow {
  readonly evaluated_at: string | null;
  readonly decision_id: string | null;
}

const progressOf = (row: ProgressRow | undefined): Progress | undefined =>
  row === undefined || row.evaluated_at === null || row.decision_id === null
    ? undefined
    : { evaluatedAt: row.evaluated_at, decisionId: row.decision_id };

/** How far an image has come; nothing when no decision was projected. */
export async function progress(tx: Transaction<unknown>, imageDigest: string): Promise<Progress | undefined> {
  const { rows } = await sql<ProgressRow>`
    select evaluated_at, decision_id from findings.image where image_digest = ${imageDigest}`.execute(tx);
  return progressOf(rows[0]);
}

/** The same, and until the transaction ends nobody else projects this image. */
export async function lockImage(
  tx: Transaction<unknown>,
  tenantId: string,
  imageDigest: string,
): Promise<Progress | undefined> {
  const { rows } = await sql<ProgressRow>`
    insert into findings.image as image (tenant_id, image_digest) values (${tenantId}, ${imageDigest})
    on conflict (tenant_id, image_digest) do update set image_digest = image.image_digest
    returning evaluated_at, decision_id`.execute(tx);
  return progressOf(rows[0]);
}

/** Records that a decision was projected, and the findings of the image counted. */
export async function advanceImage(
  tx: Transaction<unknown>,
  imageDigest: string,
  { evaluatedAt, decisionId }: Progress,
  name: string,
  { open, notAffected, excepted, resolved, notEvaluated }: Tally,
): Promise<void> {
  await sql`
    update findings.image set
      name = ${name}, decision_id = ${decisionId}, evaluated_at = ${evaluatedAt},
      open_critical = ${open.critical}, open_high = ${open.high}, open_medium = ${open.medium}, open_low = ${open.low},
      open_none = ${open.none}, open_unknown = ${open.unknown}, not_affected = ${notAffected}, excepted = ${excepted},
      resolved = ${resolved}, not_evaluated = ${notEvaluated}
    where image_digest = ${imageDigest}`.execute(tx);
}

export async function nameImage(
  tx: Transaction<unknown>,
  tenantId: string,
  imageDigest: string,
  name: string,
): Promise<void> {
  await sql`
    insert into findings.image_name (tenant_id, image_digest, name) values (${tenantId}, ${imageDigest}, ${name})
    on conflict (tenant_id, image_digest) do update set name = excluded.name`.execute(tx);
}

export interface Counts extends Tally {
  readonly images: number;
}

interface CountsRow {
  readonly images: bigint;
  readonly critical: bigint;
  readonly high: bigint;
  readonly medium: bigint;
  readonly low: bigint;
  readonly none: bigint;
  readonly unknown: bigint;
  readonly not_affected: bigint;
  readonly excepted: bigint;
  readonly resolved: bigint;
  readonly not_evaluated: bigint;
}

/** Findings counted, of one image or of all; zeros for an image that nobody judged. */
export async function sumCounts(tx: Transaction<unknown>, imageDigest: string | undefined): Promise<Counts> {
  const { rows } = await sql<CountsRow>`
    select count(*) as images,
           coalesce(sum(open_critical), 0) as critical, coalesce(sum(open_high), 0) as high,
           coalesce(sum(open_medium), 0) as medium, coalesce(sum(open_low), 0) as low,
           coalesce(sum(open_none), 0) as none, coalesce(sum(open_unknown), 0) as unknown,
           coalesce(sum(not_affected), 0) as not_affected, coalesce(sum(excepted), 0) as excepted,
           coalesce(sum(resolved), 0) as resolved, coalesce(sum(not_evaluated), 0) as not_evaluated
    from findings.image
    where decision_id is not null ${imageDigest === undefined ? sql`` : sql`and image_digest = ${imageDigest}`}`.execute(
    tx,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('a sum without a row');
  return {
    images: Number(row.images),
    open: {
      critical: Number(row.critical),
      high: Number(row.high),
      medium: Number(row.medium),
      low: Number(row.low),
      none: Number(row.none),
      unknown: Number(row.unknown),
    },
    notAffected: Number(row.not_affected),
    excepted: Number(row.excepted),
    resolved: Number(row.resolved),
    notEvaluated: Number(row.not_evaluated),
  };
}

/** Tenants of which an image is known; as the relay role. */
export async function tenantsWithImages(tx: Transaction<unknown>): Promise<readonly string[]> {
  const { rows } = await sql<{ tenant_id: string }>`
    select tenant_id from findings.image_name union select tenant_id from findings.image order by 1`.execute(tx);
  return rows.map((row) => row.tenant_id);
}
