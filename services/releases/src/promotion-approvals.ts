import type { ApprovalFact, LostApproval } from './domain/facts.ts';
import type { ApprovalRow, VoidedApproval } from './store/approvals.ts';

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

/** People who approved once and do not now, each with why the last approval of that person counts no more. */
export function lostApprovals(
  approvals: readonly ApprovalRow[],
  standing: readonly ApprovalFact[],
  voided: readonly VoidedApproval[] = [],
): LostApproval[] {
  const now = new Map(voided.map(({ approvalId, code }) => [approvalId, code]));
  const people = new Map<string, LostApproval>();
  for (const { id, person, verdict, voided: before } of approvals) {
    if (verdict !== 'approved') continue;
    people.set(person.id, { personId: person.id, personName: person.name, code: now.get(id) ?? before?.code });
  }
  for (const { personId } of standing) people.delete(personId);
  return [...people.values()];
}
