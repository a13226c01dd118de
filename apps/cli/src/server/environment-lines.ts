import type { Environment } from '@stella-ops/contracts/releases';
import { yesNo } from './show.ts';

export function environmentLines(one: Environment): (readonly [string, string])[] {
  return [
    ['environment', `${one.name} (place ${one.order})`],
    ['current', one.current === null ? 'nothing yet' : `${one.current.release} since ${one.current.since}`],
    ['approvals', String(one.requiredApprovals)],
    ['separation of duties', yesNo(one.isSeparationOfDuties)],
    ['policy', one.policy ?? 'the active default'],
    ...one.freezes.map(
      ({ id, startsAt, endsAt, reason }) => ['freeze', `${startsAt} to ${endsAt}: ${reason} (${id})`] as const,
    ),
    ['id', one.id],
  ];
}
