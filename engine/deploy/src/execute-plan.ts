import { setTimeout as pause } from 'node:timers/promises';
import type { Plan } from '@stella-ops/engine-compose';
import { AppError, digestOfJson } from '@stella-ops/engine-kernel';
import { fail, stepError } from './errors.ts';
import { RunState } from './run-state.ts';
import type { ExecuteOptions, ExecuteResult, Executor, Journal, JournalEntry, Receipt, Step } from './types.ts';

/** Faults of the way to an engine or registry: the same step is tried again before it counts as failed. */
const PASSING = new Set([
  'DOCKER_NOT_RUNNING',
  'DOCKER_TORN',
  'DOCKER_TIMEOUT',
  'DOCKER_REGISTRY_UNREACHABLE',
  'DOCKER_PULL_FAILED',
]);
const RETRY_PAUSES_MS: readonly number[] = [500, 1000, 2000, 4000, 8000];

/** What a failure takes back. The rest of a run (pulled images, networks) does no harm and stays. */
const UNDOABLE = new Set<string>(['create', 'start', 'wait-healthy', 'stop', 'switch']);

/**
 * Carries a plan out. Every step is in the journal before and after it happens, so that a killed process that calls
 * this again with the same journal goes on where it was: a step that was begun is looked at before it is repeated, and
 * a run that has ended answers its receipt again. A step that fails is taken back with all before it.
 *
 * @returns `failed` is an answer, not an error: its receipt says why and what runs now
 * @throws AppError `DEPLOY_INTERRUPTED` when `signal` was aborted: nothing is undone, the journal says where to go on;
 *   `DEPLOY_JOURNAL_INVALID`; and what the journal throws
 */
export async function executePlan<P extends Plan>(
  plan: P,
  executor: Executor<P>,
  journal: Journal,
  options: ExecuteOptions,
): Promise<ExecuteResult> {
  const { clock, signal, target } = options;
  const planDigest = digestOfJson(plan);
  const state = new RunState(planDigest, await journal.read());
  if (state.finished !== undefined) return resultOf(state.finished);

  const note = async (entry: JournalEntry): Promise<void> => {
    await journal.append(entry);
    state.apply(entry);
    if (entry.kind !== 'finished') options.onSteps?.(state.reports());
  };
  const passing = async <T>(work: () => Promise<T>): Promise<T> => {
    for (const waitMs of options.retryPausesMs ?? RETRY_PAUSES_MS) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof AppError) || !PASSING.has(error.code) || signal.aborted) throw error;
        options.onOutput?.(`${error.code}: ${error.message}; trying again in ${waitMs / 1000} s\n`);
        await pause(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
    return work();
  };
  const run = async (step: Step): Promise<boolean> => {
    if (state.isEnded(step)) return true;
    checkSignals(options);
    let isResumed = state.isBegun(step);
    if (!isResumed) await note({ kind: 'begun', at: clock.now(), step: step.id });
    try {
      const facts = await passing(() => {
        const context = { signal, clock, facts: state.facts, isResumed, output: options.onOutput ?? (() => undefined) };
        isResumed = true;
        return executor.perform(plan, step, context);
      });
      await note({ kind: 'done', at: clock.now(), step: step.id, facts });
      return true;
    } catch (error) {
      if (signal.aborted) throw interrupted();
      // The journal itself could not be written: this process is as good as dead.
      if (state.isEnded(step)) throw error;
      await note({ kind: 'failed', at: clock.now(), step: step.id, error: stepError(error) });
      return false;
    }
  };

  if (state.steps === undefined) {
    checkSignals(options);
    const steps = await passing(() => executor.prepare(plan, signal));
    await note({ kind: 'planned', at: clock.now(), planDigest, steps: steps.map(toldWhole) });
  } else options.onSteps?.(state.reports());
  for (const step of state.steps ?? []) {
    if (state.failure !== undefined) break;
    await run(step);
  }
  if (state.failure !== undefined) {
    if (state.undo === undefined) {
      const begun = state.begun();
      const steps = executor.undo(plan, begun, state.failure.step, state.facts, state.steps ?? []);
      const undoes = begun.filter((step) => UNDOABLE.has(step.action)).map((step) => step.id);
      await note({
        kind: 'undoing',
        at: clock.now(),
        steps: steps.map(toldWhole),
        undoes: steps.length === 0 ? [] : undoes,
      });
    }
    // One that fails does not keep the others from being tried.
    for (const step of state.undo?.steps ?? []) await run(step);
  }

  const failure = state.failure;
  const services = await passing(() => executor.describe(plan, state.facts, signal)).catch((error: unknown) => {
    if (signal.aborted) throw interrupted();
    if (failure === undefined) throw error;
    return [];
  });
  const receipt: Receipt = {
    format: 'stella.receipt/v1',
    deploymentId: plan.deploymentId,
    target,
    planDigest,
    outcome: failure === undefined ? 'succeeded' : 'failed',
    services,
    steps: state.reports(),
    error: failure?.error ?? null,
    startedAt: state.startedAt,
    finishedAt: clock.now(),
  };
  await note({ kind: 'finished', at: receipt.finishedAt, receipt });
  return resultOf(receipt);
}

/** Sentences quote the plan and are cut to a length: within a character they could be told to nobody. */
const toldWhole = (step: Step): Step => ({ ...step, sentence: step.sentence.toWellFormed() });

const resultOf = (receipt: Receipt): ExecuteResult => ({ outcome: receipt.outcome, receipt, steps: receipt.steps });

function checkSignals({ signal, drain }: ExecuteOptions): void {
  if (signal.aborted || drain?.aborted === true) throw interrupted();
}

const interrupted = () => fail('DEPLOY_INTERRUPTED', 'the deployment was told to stop here');
