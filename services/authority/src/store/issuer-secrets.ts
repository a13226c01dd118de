import { json } from '@stella-ops/platform/database';
import { sql, type Transaction } from 'kysely';

type Tx = Transaction<unknown>;

export interface IssuerSecretRow {
  readonly id: string;
  readonly kind: 'signing-key' | 'cookie-key';
  readonly sealed: string;
  readonly publicJwk: Readonly<Record<string, string>> | null;
  readonly createdAt: string;
}

/** Newest first. All of these run as the relay role. */
export async function listIssuerSecrets(tx: Tx): Promise<readonly IssuerSecretRow[]> {
  const { rows } = await sql<IssuerSecretRow>`
    select id, kind, sealed, public_jwk as "publicJwk", created_at as "createdAt"
    from authority.issuer_secret order by created_at desc, id desc`.execute(tx);
  return rows;
}

/** Adds a secret unless one of its kind was made after `notAfter`: of several processes one makes it. */
export async function addIssuerSecret(tx: Tx, row: IssuerSecretRow, notAfter: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('authority.issuer_secret', 0))`.execute(tx);
  await sql`
    insert into authority.issuer_secret (id, kind, sealed, public_jwk, created_at)
    select ${row.id}, ${row.kind}, ${row.sealed}, ${row.publicJwk === null ? sql`null` : json(row.publicJwk)},
           ${row.createdAt}
    where not exists (select from authority.issuer_secret where kind = ${row.kind} and created_at > ${notAfter})`.execute(
    tx,
  );
}

export async function deleteIssuerSecrets(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql`delete from authority.issuer_secret where id = any (${[...ids]}::text[])`.execute(tx);
}
