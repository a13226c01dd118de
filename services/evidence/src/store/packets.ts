import { sql, type Transaction } from 'kysely';
import type { EvidencePacket } from '@stella-ops/contracts/evidence';
import type { Timestamp } from '@stella-ops/engine-kernel';
import type { NewPacket } from '../domain/new-packet.ts';

interface Row {
  readonly id: string;
  readonly kind: EvidencePacket['kind'];
  readonly subject_id: string;
  readonly image_digests: readonly string[];
  readonly title: string;
  readonly predicate_type: string;
  readonly statement_digest: string;
  readonly bundle_digest: string;
  readonly log_index: bigint;
  readonly capsule_digest: string | null;
  readonly capsule_size_bytes: bigint | null;
  readonly sealed_at: string;
}

const COLUMNS = sql`id, kind, subject_id, image_digests, title, predicate_type, statement_digest, bundle_digest, log_index,
  capsule_digest, capsule_size_bytes, sealed_at`;

/** Adds a packet and what it is about. Undefined when there is one of the same kind, subject and state. */
export async function insertPacket<Tables>(
  tx: Transaction<Tables>,
  tenantId: string,
  packet: NewPacket & { readonly id: string; readonly sealedAt: Timestamp },
): Promise<EvidencePacket | undefined> {
  const images = [...packet.imageDigests];
  const { rows } = await sql<Row>`
    insert into evidence.packet
      (tenant_id, id, kind, subject_id, state, title, predicate_type, statement_digest, bundle_digest, log_index,
       capsule_digest, capsule_size_bytes, image_digests, sealed_at)
    values (${tenantId}, ${packet.id}, ${packet.kind}, ${packet.subjectId}, ${packet.state}, ${packet.title},
            ${packet.predicateType}, ${packet.statementDigest}, ${packet.bundleDigest}, ${packet.logIndex},
            ${packet.capsuleDigest}, ${packet.capsuleSizeBytes}, ${images}::text[], ${packet.sealedAt})
    on conflict (tenant_id, kind, subject_id, state) do nothing
    returning ${COLUMNS}`.execute(tx);
  if (rows.length === 0) return undefined;
  await sql`
    insert into evidence.packet_image (tenant_id, image_digest, packet_id)
    select distinct ${tenantId}::uuid, image_digest, ${packet.id}::uuid
    from unnest(${images}::text[]) as image_digest`.execute(tx);
  return rows.map(packetOf)[0];
}

export async function findPacket<Tables>(
  tx: Transaction<Tables>,
  packetId: string,
): Promise<EvidencePacket | undefined> {
  const { rows } = await sql<Row>`select ${COLUMNS} from evidence.packet where id = ${packetId}`.execute(tx);
  return rows.map(packetOf)[0];
}

/** The packet of a decision (state empty) or of the end of a promotion. */
export async function findPacketOf<Tables>(
  tx: Transaction<Tables>,
  of: Pick<NewPacket, 'kind' | 'subjectId' | 'state'>,
): Promise<EvidencePacket | undefined> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from evidence.packet
    where kind = ${of.kind} and subject_id = ${of.subjectId} and state = ${of.state}`.execute(tx);
  return rows.map(packetOf)[0];
}

export async function hasCapsule<Tables>(tx: Transaction<Tables>, capsuleDigest: string): Promise<boolean> {
  const { rows } = await sql`
    select from evidence.packet where capsule_digest = ${capsuleDigest} limit 1`.execute(tx);
  return rows.length > 0;
}

/** Which of some digests are those of capsules that packets name. */
export async function capsulesOf<Tables>(
  tx: Transaction<Tables>,
  digests: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await sql<{ digest: string }>`
    select distinct capsule_digest as digest from evidence.packet
    where capsule_digest = any(${[...digests]}::text[])`.execute(tx);
  return rows.map(({ digest }) => digest);
}

export interface PacketFilter {
  readonly kind?: EvidencePacket['kind'] | undefined;
  readonly imageDigest?: string | undefined;
  readonly subjectId?: string | undefined;
}

/** Newest first; `before` is the id of the last packet that was seen. */
export async function listPackets<Tables>(
  tx: Transaction<Tables>,
  { kind, imageDigest, subjectId }: PacketFilter,
  page: { readonly before: string | undefined; readonly take: number },
): Promise<readonly EvidencePacket[]> {
  const conditions = [
    ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
    ...(subjectId === undefined ? [] : [sql`subject_id = ${subjectId}`]),
    ...(page.before === undefined ? [] : [sql`id < ${page.before}`]),
    ...(imageDigest === undefined
      ? []
      : [sql`id in (select packet_id from evidence.packet_image where image_digest = ${imageDigest})`]),
  ];
  const { rows } = await sql<Row>`
    select ${COLUMNS} from evidence.packet
    where ${sql.join([sql`true`, ...conditions], sql` and `)}
    order by id desc limit ${page.take}`.execute(tx);
  return rows.map(packetOf);
}

function packetOf(row: Row): EvidencePacket {
  return {
    id: row.id,
    kind: row.kind,
    subjectId: row.subject_id,
    imageDigests: [...row.image_digests],
    title: row.title,
    predicateType: row.predicate_type,
    statementDigest: row.statement_digest,
    bundleDigest: row.bundle_digest,
    logIndex: Number(row.log_index),
    capsuleDigest: row.capsule_digest,
    capsuleSizeBytes: row.capsule_size_bytes === null ? null : Number(row.capsule_size_bytes),
    sealedAt: row.sealed_at,
  };
}
