import type { Digest } from '@stella-ops/engine-kernel';
import type { VexStatus } from '@stella-ops/engine-vex';
import { json } from '@stella-ops/platform/database';
import { sql, type Transaction } from 'kysely';
import type { StatementDraft } from '../domain/document-draft.ts';

export interface StatementRow {
  readonly document: string;
  readonly document_digest: Digest;
  readonly index: number;
  readonly vulnerability: string;
  readonly products: readonly string[];
  readonly product_count: number;
  readonly subcomponents: readonly string[];
  readonly status: VexStatus;
  readonly justification: string | null;
  readonly said_at: string | null;
}

/** Rows of one statement to the database. */
const CHUNK = 1_000;

export async function addStatements(
  tx: Transaction<unknown>,
  tenantId: string,
  document: string,
  statements: readonly StatementDraft[],
): Promise<void> {
  for (let at = 0; at < statements.length; at += CHUNK) {
    await sql`
      with given as materialized (
        select * from jsonb_to_recordset(${json(statements.slice(at, at + CHUNK))}) as r (
          "index" int4, "vulnerability" text, "names" jsonb, "products" jsonb, "productCount" int4,
          "subcomponents" jsonb, "status" text, "justification" text, "saidAt" text)
      ), added as (
        insert into vex.statement
          (tenant_id, document, index, vulnerability, products, product_count, subcomponents, status, justification,
           said_at)
        select ${tenantId}::uuid, ${document}::uuid, "index", "vulnerability", "products", "productCount",
               "subcomponents", "status", "justification", "saidAt" from given
      )
      insert into vex.statement_name (tenant_id, name, document, index)
      select ${tenantId}::uuid, n.name, ${document}::uuid, g."index"
      from given g, jsonb_array_elements_text(g."names") as n (name)`.execute(tx);
  }
}

/** Newest document first, in it by place. @param name in upper case */
export async function listStatements(
  tx: Transaction<unknown>,
  tenantId: string,
  name: string | undefined,
  after: readonly [document: string, index: number] | undefined,
  take: number,
): Promise<StatementRow[]> {
  const conditions = [sql`s.tenant_id = ${tenantId}`];
  if (name !== undefined) {
    conditions.push(sql`(s.document, s.index) in (
      select n.document, n.index from vex.statement_name n where n.tenant_id = ${tenantId} and n.name = ${name})`);
  }
  if (after !== undefined) {
    const [document, index] = after;
    conditions.push(sql`s.document <= ${document}::uuid and (s.document < ${document}::uuid or s.index > ${index})`);
  }
  const { rows } = await sql<StatementRow>`
    select s.document, d.digest as document_digest, s.index, s.vulnerability, s.products, s.product_count,
           s.subcomponents, s.status, s.justification, s.said_at
    from vex.statement s join vex.document d on d.tenant_id = s.tenant_id and d.id = s.document
    where ${sql.join(conditions, sql` and `)}
    order by s.document desc, s.index limit ${take}`.execute(tx);
  return rows;
}
