import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { type Digest, parseDigest } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import { type PolicyParts, SERVICE } from '../parts.ts';

/** What the world says at present. */
export interface Snapshots {
  readonly advisories: { readonly id: string; readonly digest: Digest; readonly indexDigest: Digest };
  /** Null: the tenant has no VEX. */
  readonly vex: { readonly id: string; readonly digest: Digest } | null;
}

/**
 * Asks for the current snapshots.
 *
 * @param onBehalfOf who wants the decision
 * @throws AppError `SNAPSHOT_MISSING`
 */
export async function currentSnapshots(
  { host }: PolicyParts,
  tenantId: string,
  onBehalfOf?: string,
): Promise<Snapshots> {
  const acting = { tenantId, service: SERVICE, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) };
  const newest = { query: { limit: 1 } };
  const [advisories, vex] = await Promise.all([
    host.client(CONCELIER_ROUTES, { ...acting, scopes: ['advisory.read'] }).listSnapshots(newest),
    host.client(EXCITITOR_ROUTES, { ...acting, scopes: ['vex.read'] }).listSnapshots(newest),
  ]);
  const [current] = advisories.body.items;
  if (current === undefined) throw fail('SNAPSHOT_MISSING', 'there is no advisory snapshot to judge by');
  const [statements] = vex.body.items;
  return {
    advisories: {
      id: current.id,
      digest: parseDigest(current.digest),
      indexDigest: parseDigest(current.indexDigest),
    },
    vex: statements === undefined ? null : { id: statements.id, digest: parseDigest(statements.digest) },
  };
}
