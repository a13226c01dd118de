import type { ExecuteResult, StepError, StepReport } from '@stella-ops/engine-deploy';
import { AppError, type Clock, parseDigest } from '@stella-ops/engine-kernel';
import { AGENT_ERRORS } from '../errors.ts';
import type { Task } from './task.ts';

/**
 * The receipt of a task that could not be begun, or that broke off in a way nobody foresaw. The reason stands in a step of
 * its own when no other has failed: steps are what people see.
 */
export function failedBeforeWork(
  task: Task,
  cause: unknown,
  reported: readonly StepReport[],
  clock: Clock,
): ExecuteResult {
  const now = clock.now();
  const error = stepError(cause);
  const steps = reported.some(({ state }) => state === 'failed') ? reported : [...reported, prepareStep(error, now)];
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
      error,
      startedAt: now,
      finishedAt: now,
    },
  };
}

const prepareStep = (error: StepError, at: string): StepReport => ({
  id: 'prepare',
  service: null,
  action: 'prepare',
  sentence: 'Read the plan, look at the target, and decide what is to be done',
  state: 'failed',
  startedAt: at,
  finishedAt: at,
  error,
});

function stepError(error: unknown): StepError {
  if (error instanceof AppError) return { code: error.code, message: told(error.message), hint: error.hint };
  const { hint } = AGENT_ERRORS.DEPLOYMENT_UNEXPECTED;
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'DEPLOYMENT_UNEXPECTED', message: told(message), hint };
}

/** The server takes whole characters only, and none that its database cannot hold. */
const told = (text: string): string => text.slice(0, 2000).toWellFormed().replaceAll('\0', '\uFFFD');
