import type { Plan } from '@stella-ops/engine-compose';
import { canonicalBytes, digestOf, isObject } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import type { Task } from './task.ts';

const FORMATS = { docker: 'stella.compose-plan/v1', script: 'stella.script-plan/v1' } as const;

/**
 * The plan of a task, if it is exactly the one that its digest names and of a form that this agent carries out.
 *
 * @throws AppError `PLAN_MISMATCH`, `PLAN_UNKNOWN`
 */
export function readPlan({ plan, planDigest, target, deploymentId }: Task): Plan {
  if (digestOf(canonicalBytes(plan)) !== planDigest) {
    throw fail('PLAN_MISMATCH', `the plan does not have the digest ${planDigest}`);
  }
  const format = FORMATS[target.kind];
  if (!isObject(plan) || plan['format'] !== format) {
    throw fail('PLAN_UNKNOWN', `the plan is not of the form ${format}`);
  }
  if (plan['deploymentId'] !== deploymentId) throw fail('PLAN_MISMATCH', 'the plan is of another deployment');
  // The control plane rendered and checked it; what has its digest has its shape.
  return plan as unknown as Plan;
}
