import { type Plan, readPlan as readForeignPlan } from '@stella-ops/engine-compose';
import { digestOfJson } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import type { Task } from './task.ts';

const FORMATS = { docker: 'stella.compose-plan/v1', script: 'stella.script-plan/v1' } as const;

/**
 * The plan of a task, if it is exactly the one that its digest names and of a form that this agent carries out.
 *
 * @throws AppError `PLAN_MISMATCH`, `PLAN_UNKNOWN`, `PLAN_INVALID`, `SHAPE_INVALID`
 */
export function readPlan({ plan: value, planDigest, target, deploymentId }: Task): Plan {
  if (digestOfJson(value) !== planDigest) {
    throw fail('PLAN_MISMATCH', `the plan does not have the digest ${planDigest}`);
  }
  const plan = readForeignPlan(value, `plan ${planDigest}`);
  if (plan.format !== FORMATS[target.kind])
    throw fail('PLAN_UNKNOWN', `${plan.format} is not for ${target.kind} targets`);
  if (plan.deploymentId !== deploymentId) throw fail('PLAN_MISMATCH', 'the plan is of another deployment');
  return plan;
}
