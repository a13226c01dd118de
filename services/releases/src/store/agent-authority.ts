import { sql } from 'kysely';
import type { Tx } from './tx.ts';

export interface AuthorityRow {
  /** PEM. */
  readonly certificate: string;
  readonly sealedKey: string;
}

/** For the relay's role, like everything here: the authority is the installation's. */
export async function findAuthority(tx: Tx): Promise<AuthorityRow | undefined> {
  const { rows } = await sql<AuthorityRow>`
    select certificate, sealed_key as "sealedKey" from releases.agent_authority`.execute(tx);
  return rows[0];
}

/** Of processes that make the authority at once one wins. */
export async function insertAuthority(tx: Tx, row: AuthorityRow, at: string): Promise<void> {
  await sql`
    insert into releases.agent_authority (id, certificate, sealed_key, created_at)
    values (1, ${row.certificate}, ${row.sealedKey}, ${at}) on conflict (id) do nothing`.execute(tx);
}
