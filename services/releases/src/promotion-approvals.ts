import type { ApprovalFact } from './domain/facts.ts';
import type { ApprovalRow } from './store/approvals.ts';

/** Approvals that still counted when they were last looked at. */
export function approvalFacts(approvals: readonly ApprovalRow[]): ApprovalFact[] {
  return approvals
    .filter(({ isValid, verdict }) => isValid && verdict === 'approved')
    .map(({ id, person, releaseDigest, policyDigest }) => ({
      approvalId: id,
      personId: person.id,
      personName: person.name,
      releaseDigest,
      policyDigest,
    }));
}

/** Ids of people who approved once and do not now. */
export function voidedPeople(approvals: readonly ApprovalRow[], standing: readonly ApprovalFact[]): string[] {
  const people = new Set(approvals.filter(({ verdict }) => verdict === 'approved').map(({ person }) => person.id));
  for (const { personId } of standing) people.delete(personId);
  return [...people];
}
