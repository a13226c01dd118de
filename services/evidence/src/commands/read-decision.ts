import { type Decision, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { AppError } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import type { SealFor, Sealing } from '../sealing.ts';

/** @throws AppError `DECISION_UNKNOWN`, and what policy answers */
export async function readDecision({ host }: Sealing, to: SealFor, decisionId: string): Promise<Decision> {
  const policy = host.client(POLICY_ROUTES, { ...to, service: 'evidence', scopes: ['policy.read'] });
  try {
    const { body } = await policy.getDecision({ params: { decisionId } });
    return body;
  } catch (cause) {
    if (cause instanceof AppError && cause.code === 'NOT_FOUND') {
      throw fail('DECISION_UNKNOWN', `there is no decision ${decisionId}`, { cause });
    }
    throw cause;
  }
}
