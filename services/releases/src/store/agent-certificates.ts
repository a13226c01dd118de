import { sql } from 'kysely';
import type { Tx } from './tx.ts';

export interface NewCertificate {
  readonly serial: string;
  readonly agentId: string;
  readonly fingerprint: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

export async function insertCertificate(tx: Tx, tenantId: string, certificate: NewCertificate): Promise<void> {
  await sql`
    insert into releases.agent_certificate (tenant_id, serial, agent_id, fingerprint, not_before, not_after)
    values (${tenantId}, ${certificate.serial}, ${certificate.agentId}, ${certificate.fingerprint},
            ${certificate.notBefore}, ${certificate.notAfter})`.execute(tx);
}

export interface KnownCertificate {
  readonly tenantId: string;
  readonly serial: string;
  readonly agentId: string;
  readonly name: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly isUsed: boolean;
  readonly endsAt: string | null;
  readonly isRevoked: boolean;
}

/** Whose certificate it is, in any tenant; for the relay's role. */
export async function findCertificate(tx: Tx, fingerprint: string): Promise<KnownCertificate | undefined> {
  const { rows } = await sql<KnownCertificate>`
    select c.tenant_id as "tenantId", c.serial, c.agent_id as "agentId", a.name, c.not_before as "notBefore",
           c.not_after as "notAfter", c.first_used_at is not null as "isUsed", c.ends_at as "endsAt",
           a.revoked_at is not null as "isRevoked"
    from releases.agent_certificate c
    join releases.agent a on a.tenant_id = c.tenant_id and a.agent_id = c.agent_id
    where c.fingerprint = ${fingerprint}`.execute(tx);
  return rows[0];
}

/** The first use of a certificate: those before it end soon. */
export async function noteFirstUse(
  tx: Tx,
  { serial, agentId }: Pick<KnownCertificate, 'serial' | 'agentId'>,
  at: string,
  othersEndAt: string,
): Promise<void> {
  const { rows } = await sql`
    update releases.agent_certificate set first_used_at = ${at}
    where serial = ${serial} and first_used_at is null returning serial`.execute(tx);
  if (rows.length === 0) return;
  await sql`
    update releases.agent_certificate old set ends_at = ${othersEndAt}
    from releases.agent_certificate used
    where used.tenant_id = old.tenant_id and used.serial = ${serial} and old.agent_id = ${agentId}
      and old.not_before < used.not_before and (old.ends_at is null or old.ends_at > ${othersEndAt})`.execute(tx);
}
