import { compareText, sortedUnique } from '@stella-ops/engine-kernel';
import type { Transaction } from 'kysely';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { type NamedObservation, observationsNamed } from '../store/observations.ts';

export interface Linkset {
  readonly names: readonly string[];
  readonly observations: readonly NamedObservation[];
  readonly isWhole: boolean;
}

const MAX_OBSERVATIONS = 200;
const MAX_ROUNDS = 20;

/**
 * The current records that share a name with a vulnerability, directly or through others. It joins records and takes
 * nothing out of them.
 *
 * @throws AppError `NOT_FOUND` when no record has the name
 */
export async function readLinkset({ host }: Parts, tenantId: string, vulnerability: string): Promise<Linkset> {
  return host.database.withTenant(
    tenantId,
    async (tx: Transaction<unknown>) => {
      const found = new Map<string, NamedObservation>();
      const names = new Set([vulnerability]);
      let next = [vulnerability];
      for (let round = 0; next.length > 0 && round < MAX_ROUNDS && found.size <= MAX_OBSERVATIONS; round++) {
        for (const row of await observationsNamed(tx, tenantId, next, MAX_OBSERVATIONS + 1)) found.set(row.digest, row);
        next = sortedUnique([...found.values()].flatMap((row) => row.names)).filter((name) => !names.has(name));
        for (const name of next) names.add(name);
      }
      if (found.size === 0) throw fail('NOT_FOUND', 'there is no record of this vulnerability');
      const observations = [...found.values()]
        .sort((a, b) => compareText(a.advisory_id, b.advisory_id))
        .slice(0, MAX_OBSERVATIONS);
      return {
        names: sortedUnique(observations.flatMap((row) => row.names)),
        observations,
        isWhole: next.length === 0 && found.size <= MAX_OBSERVATIONS,
      };
    },
    { isReadOnly: true },
  );
}
