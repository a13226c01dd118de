import { sql, type Transaction } from 'kysely';

type Tx = Transaction<unknown>;

export interface ArtifactRow {
  readonly id: string;
  readonly content: string;
  readonly consumedAt: string | null;
}

export interface ArtifactInput {
  readonly model: string;
  readonly id: string;
  readonly accountId: string | undefined;
  readonly grantId: string | undefined;
  readonly uid: string | undefined;
  readonly userCode: string | undefined;
  readonly content: string;
  readonly expiresAt: string;
}

const COLUMNS = sql`id, content, consumed_at as "consumedAt"`;

/** All of these run as the relay role, but for {@link endLogins}. */
export async function putArtifact(tx: Tx, row: ArtifactInput): Promise<void> {
  await sql`
    insert into authority.oidc_artifact
      (model, id, tenant_id, account_id, grant_id, uid, user_code, content, expires_at)
    values (${row.model}, ${row.id},
            (select tenant_id from authority.user_account where id = ${row.accountId ?? null}::uuid),
            ${row.accountId ?? null}, ${row.grantId ?? null}, ${row.uid ?? null}, ${row.userCode ?? null},
            ${row.content}, ${row.expiresAt})
    on conflict (model, id) do update
    set tenant_id = excluded.tenant_id, account_id = excluded.account_id, grant_id = excluded.grant_id,
        uid = excluded.uid, user_code = excluded.user_code, content = excluded.content,
        expires_at = excluded.expires_at`.execute(tx);
}

export async function findArtifact(
  tx: Tx,
  model: string,
  by: 'id' | 'uid' | 'user_code',
  value: string,
  now: string,
): Promise<ArtifactRow | undefined> {
  const { rows } = await sql<ArtifactRow>`
    select ${COLUMNS} from authority.oidc_artifact
    where ${sql.ref(by)} = ${value} and model = ${model} and expires_at > ${now}`.execute(tx);
  return rows[0];
}

/** @returns false when it was consumed before: of two callers one is the first */
export async function consumeArtifact(tx: Tx, model: string, id: string, at: string): Promise<boolean> {
  const { rows } = await sql`
    update authority.oidc_artifact set consumed_at = ${at}
    where model = ${model} and id = ${id} and consumed_at is null returning id`.execute(tx);
  return rows.length === 1;
}

export async function deleteArtifact(tx: Tx, model: string, id: string): Promise<void> {
  await sql`delete from authority.oidc_artifact where model = ${model} and id = ${id}`.execute(tx);
}

export async function deleteArtifactsOfGrant(tx: Tx, model: string, grantId: string): Promise<void> {
  await sql`delete from authority.oidc_artifact where grant_id = ${grantId} and model = ${model}`.execute(tx);
}

/**
 * In the account's tenant: ends its sessions and logins, and with them its access tokens.
 *
 * @param keptGrantKey key of the one grant that stays, with what was issued under it
 */
export async function endLogins(tx: Tx, tenantId: string, userId: string, keptGrantKey?: string): Promise<void> {
  await sql`
    delete from authority.oidc_artifact
    where tenant_id = ${tenantId} and account_id = ${userId}
      and (${keptGrantKey ?? null}::text is null
           or (id <> ${keptGrantKey ?? null}::text and grant_id is distinct from ${keptGrantKey ?? null}::text))`.execute(
    tx,
  );
}

export async function sweepArtifacts(tx: Tx, now: string): Promise<void> {
  await sql`delete from authority.oidc_artifact where expires_at <= ${now}`.execute(tx);
}
