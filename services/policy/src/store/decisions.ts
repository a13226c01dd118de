import { sql, type Transaction } from 'kysely';
import { type Decision, DecisionReason } from '@stella-ops/contracts/policy';
import { json } from '@stella-ops/platform/database';
import * as z from 'zod';

interface Row extends Omit<Decision, 'reasons' | 'policy'> {
  readonly reasons: string;
  readonly policyName: string;
  readonly policyVersion: string;
  readonly policyDigest: string;
}

const COLUMNS = sql`
  id, image_digest as "imageDigest", environment, outcome, reasons, counts, verdict_digest as "verdictDigest",
  findings_digest as "findingsDigest", policy_name as "policyName", policy_version as "policyVersion",
  policy_digest as "policyDigest", advisory_snapshot as "advisorySnapshot", vex_snapshot as "vexSnapshot", purpose,
  evaluated_at as "evaluatedAt"`;

const Reasons = z.array(DecisionReason);

function decisionOf({ reasons, policyName, policyVersion, policyDigest, ...rest }: Row): Decision {
  return {
    ...rest,
    reasons: Reasons.parse(JSON.parse(reasons)),
    policy: { name: policyName, version: policyVersion, digest: policyDigest },
  };
}

/** Answers whether it was not there before: equal inputs are one decision. */
export async function insertDecision<T>(tx: Transaction<T>, tenantId: string, decision: Decision): Promise<boolean> {
  const { policy } = decision;
  const { numAffectedRows } = await sql`
    insert into policy.decision
      (tenant_id, id, image_digest, environment, outcome, purpose, reasons, counts, verdict_digest, findings_digest,
       policy_name, policy_version, policy_digest, advisory_snapshot, vex_snapshot, evaluated_at)
    values (${tenantId}, ${decision.id}, ${decision.imageDigest}, ${decision.environment}, ${decision.outcome},
            ${decision.purpose}, ${JSON.stringify(decision.reasons)}, ${json(decision.counts)},
            ${decision.verdictDigest}, ${decision.findingsDigest}, ${policy.name}, ${policy.version}, ${policy.digest},
            ${decision.advisorySnapshot}, ${decision.vexSnapshot}, ${decision.evaluatedAt})
    on conflict (tenant_id, id) do nothing`.execute(tx);
  return numAffectedRows === 1n;
}

export async function findDecision<T>(tx: Transaction<T>, tenantId: string, id: string): Promise<Decision | undefined> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from policy.decision where tenant_id = ${tenantId} and id = ${id}`.execute(tx);
  return rows[0] === undefined ? undefined : decisionOf(rows[0]);
}

export interface DecisionFilter {
  readonly imageDigest?: string | undefined;
  readonly environment?: string | undefined;
  readonly outcome?: Decision['outcome'] | undefined;
}

export async function pageDecisions<T>(
  tx: Transaction<T>,
  tenantId: string,
  { imageDigest, environment, outcome }: DecisionFilter,
  after: readonly [evaluatedAt: string, id: string] | undefined,
  take: number,
): Promise<readonly Decision[]> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from policy.decision
    where tenant_id = ${tenantId}
      ${imageDigest === undefined ? sql`` : sql`and image_digest = ${imageDigest}`}
      ${environment === undefined ? sql`` : sql`and environment = ${environment}`}
      ${outcome === undefined ? sql`` : sql`and outcome = ${outcome}`}
      ${after === undefined ? sql`` : sql`and (evaluated_at, id) < (${after[0]}::timestamptz, ${after[1]})`}
    order by evaluated_at desc, id desc limit ${take}`.execute(tx);
  return rows.map(decisionOf);
}
