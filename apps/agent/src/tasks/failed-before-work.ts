import type { ExecuteResult, StepError, StepReport } from '@stella-ops/engine-deploy';
import { AppError, type Clock, parseDigest } from '@stella-ops/engine-kernel';
import { AGENT_ERRORS } from '../errors.ts';
import type { Task } from './task.ts';

/** The receipt of a task that could not be begun, or that broke off in a way nobody foresaw. */
export function failedBeforeWork(
  task: Task,
  error: unknown,
  steps: readonly StepReport[],
  clock: Clock,
): ExecuteResult {
  const now = clock.now();
  return {
    outcome: 'failed',
    steps,
    receipt: {
      format: 'stella.receipt/v1',
      deploymentId: task.deploymentId,
      target: task.target.name,
      planDigest: parseDigest(task.planDigest),
      outcome: 'failed',
      services: [],
      steps,
      error: stepError(error),
      startedAt: now,
      finishedAt: now,
    },
  };
}

function stepError(error: unknown): StepError {
  if (error instanceof AppError) return { code: error.code, message: error.message, hint: error.hint };
  const { hint } = AGENT_ERRORS.DEPLOYMENT_UNEXPECTED;
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'DEPLOYMENT_UNEXPECTED', message: message.slice(0, 1000), hint };
}
