import { sql, type Transaction } from 'kysely';
import { json } from '@stella-ops/platform/database';
import type { KnownFinding, PlannedFinding } from '../domain/plan-projection.ts';

interface KnownRow extends Omit<KnownFinding, 'vexStatus' | 'firstSeenAt'> {
  readonly vex_status: string | null;
  readonly first_seen_at: string;
}

/** What is kept about the findings of an image, resolved ones too. */
export async function knownFindings(tx: Transaction<unknown>, imageDigest: string): Promise<readonly KnownFinding[]> {
  const { rows } = await sql<KnownRow>`
    select id, identity, vulnerability, component, aliases, severity, status, vex_status, verdict, content, first_seen_at
    from findings.finding where image_digest = ${imageDigest} order by identity`.execute(tx);
  return rows.map(({ vex_status: vexStatus, first_seen_at: firstSeenAt, ...row }) => ({
    ...row,
    vexStatus,
    firstSeenAt,
  }));
}

/** Whose findings are written, and which decision says so. */
export interface Written {
  readonly tenantId: string;
  readonly imageDigest: string;
  readonly at: string;
  readonly decisionId: string;
}

/** Writes findings in one statement, new ones and changed ones alike. */
export async function writeFindings(
  tx: Transaction<unknown>,
  { tenantId, imageDigest, at, decisionId }: Written,
  findings: readonly PlannedFinding[],
): Promise<void> {
  const rows = findings.map((finding) => ({
    id: finding.id,
    identity: finding.identity,
    vulnerability: finding.vulnerability,
    aliases: finding.aliases,
    component: finding.component,
    package: finding.package,
    installed_version: finding.installedVersion,
    fixed_versions: finding.fixedVersions,
    severity: finding.severity,
    score: finding.score,
    priority: finding.priority,
    order_key: finding.orderKey,
    status: finding.status,
    vex_status: finding.vexStatus,
    reachability: finding.reachability,
    verdict: finding.verdict,
    first_seen_at: finding.firstSeenAt,
    content: finding.content,
    body: finding.body,
  }));
  await sql`
    insert into findings.finding
      (tenant_id, image_digest, decision_id, changed_at, has_fix, id, identity, vulnerability, aliases, component, package,
       installed_version, fixed_versions, severity, score, priority, order_key, status, vex_status, reachability, verdict,
       first_seen_at, content, body)
    select ${tenantId}::uuid, ${imageDigest}, ${decisionId}, ${at}::timestamptz, jsonb_array_length(fixed_versions) > 0,
           id, identity, vulnerability, aliases, component, package, installed_version, fixed_versions, severity, score,
           priority, order_key, status, vex_status, reachability, verdict, first_seen_at, content, body
    from jsonb_to_recordset(${json(rows)}) as row
      (id uuid, identity text, vulnerability text, aliases jsonb, component text, package text, installed_version text,
       fixed_versions jsonb, severity text, score float8, priority int4, order_key text, status text, vex_status text,
       reachability text, verdict text, first_seen_at timestamptz, content text, body text)
    on conflict (tenant_id, image_digest, identity) do update set
      aliases = excluded.aliases, package = excluded.package, installed_version = excluded.installed_version,
      fixed_versions = excluded.fixed_versions, has_fix = excluded.has_fix, severity = excluded.severity,
      score = excluded.score, priority = excluded.priority, status = excluded.status, vex_status = excluded.vex_status,
      reachability = excluded.reachability, verdict = excluded.verdict, changed_at = excluded.changed_at,
      decision_id = excluded.decision_id, content = excluded.content, body = excluded.body`.execute(tx);
}

/** Marks findings as gone; what was last said about them stays. */
export async function resolveFindings(
  tx: Transaction<unknown>,
  { at, decisionId }: Written,
  ids: readonly string[],
): Promise<void> {
  await sql`
    update findings.finding set status = 'resolved', changed_at = ${at}, decision_id = ${decisionId}
    where id = any(${ids}::uuid[])`.execute(tx);
}

/** Longest name that can be asked for. */
const NAME_UNITS = 200;

/** Makes findings be found by their names of now and no others. Two statements at most. */
export async function nameFindings(
  tx: Transaction<unknown>,
  tenantId: string,
  findings: readonly PlannedFinding[],
): Promise<void> {
  const stale = findings.flatMap(({ id, staleNames }) => staleNames.map((name) => ({ id, name })));
  if (stale.length > 0) {
    await sql`
      delete from findings.name as old using jsonb_to_recordset(${json(stale)}) as row (id uuid, name text)
      where old.name = row.name and old.finding_id = row.id`.execute(tx);
  }
  const names = findings.flatMap(({ id, vulnerability, aliases }) =>
    [vulnerability, ...aliases].filter((name) => name.length <= NAME_UNITS).map((name) => ({ id, name })),
  );
  await sql`
    insert into findings.name (tenant_id, name, finding_id)
    select ${tenantId}::uuid, row.name, row.id from jsonb_to_recordset(${json(names)}) as row (id uuid, name text)
    on conflict do nothing`.execute(tx);
}
