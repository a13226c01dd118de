import type { FindingDetail } from '@stella-ops/contracts/findings';
import type { Database } from '@stella-ops/platform/database';
import { fail } from '../errors.ts';
import { findFinding } from '../store/read-findings.ts';

/** A finding with its traces. @throws AppError `NOT_FOUND` */
export async function getFinding(database: Database, tenantId: string, findingId: string): Promise<FindingDetail> {
  const found = await database.withTenant(tenantId, (tx) => findFinding(tx, findingId), { isReadOnly: true });
  if (found === undefined) throw unknownFinding(findingId);
  const { matchTrace, policyTrace, vex, records, file, layer } = found.body;
  return {
    ...found.finding,
    matchTrace: [...matchTrace],
    policyTrace: [...policyTrace],
    vex,
    records: [...records],
    file,
    layer,
    decisionId: found.decisionId,
  };
}

export const unknownFinding = (findingId: string): Error => fail('NOT_FOUND', `there is no finding ${findingId}`);
