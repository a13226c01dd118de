import { sql, type Transaction } from 'kysely';
import type { SeverityCounts } from '@stella-ops/contracts/findings';
import type { RiskFinding } from '../domain/risk/facts.ts';

/** How an image stands after the last decision that was taken up. */
export interface ImageStand {
  readonly decisionId: string;
  readonly open: SeverityCounts;
  readonly notEvaluated: number;
}

interface StandRow extends SeverityCounts {
  readonly image_digest: string;
  readonly decision_id: string;
  readonly not_evaluated: number;
}

/** By digest; an image that no decision was taken up for is left out. */
export async function standsOf(
  tx: Transaction<unknown>,
  imageDigests: readonly string[],
): Promise<ReadonlyMap<string, ImageStand>> {
  const { rows } = await sql<StandRow>`
    select image_digest, decision_id, open_critical as critical, open_high as high, open_medium as medium,
           open_low as low, open_none as none, open_unknown as unknown, not_evaluated
    from findings.image where image_digest = any(${imageDigests}::text[]) and decision_id is not null`.execute(tx);
  return new Map(
    rows.map(({ image_digest, decision_id: decisionId, not_evaluated: notEvaluated, ...open }) => [
      image_digest,
      { decisionId, open, notEvaluated },
    ]),
  );
}

/** What an image has now, worst first; nothing that is gone. */
export async function presentFindings(tx: Transaction<unknown>, imageDigest: string): Promise<readonly RiskFinding[]> {
  // As an expression, so that the planner reads the image's own rows and not all of a status.
  const { rows } = await sql<RiskFinding>`
    select id, vulnerability, aliases, component, package, installed_version as "installedVersion",
           fixed_versions as "fixedVersions", severity, score, priority, status, vex_status as "vexStatus", verdict
    from findings.finding where image_digest = ${imageDigest} and status || '' <> 'resolved'
    order by priority, order_key, id`.execute(tx);
  return rows;
}
