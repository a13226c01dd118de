import type { Digest } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import type { JournalEntry, Receipt, Step, StepError, StepFacts, StepReport } from './types.ts';

/** Where a run is: the sum of the entries of its journal, and nothing else. */
export class RunState {
  steps: readonly Step[] | undefined;
  undo: { readonly steps: readonly Step[]; readonly undoes: readonly string[] } | undefined;
  finished: Receipt | undefined;
  startedAt = '';
  /** The first failure: why the way back was taken. */
  failure: { readonly step: Step; readonly error: StepError } | undefined;
  readonly facts = new Map<string, StepFacts>();
  readonly #begun = new Map<string, string>();
  readonly #ended = new Map<string, { readonly at: string; readonly error: StepError | null }>();
  readonly #planDigest: Digest;

  constructor(planDigest: Digest, entries: readonly JournalEntry[]) {
    this.#planDigest = planDigest;
    for (const entry of entries) this.apply(entry);
  }

  apply(entry: JournalEntry): void {
    switch (entry.kind) {
      case 'planned':
        if (entry.planDigest !== this.#planDigest) {
          throw fail('DEPLOY_JOURNAL_INVALID', `the journal belongs to the plan ${entry.planDigest}`);
        }
        this.steps = entry.steps;
        this.startedAt = entry.at;
        break;
      case 'begun':
        if (!this.#begun.has(entry.step)) this.#begun.set(entry.step, entry.at);
        break;
      case 'done':
        this.#ended.set(entry.step, { at: entry.at, error: null });
        this.facts.set(entry.step, entry.facts);
        break;
      case 'failed': {
        this.#ended.set(entry.step, { at: entry.at, error: entry.error });
        const step = this.steps?.find((one) => one.id === entry.step);
        if (step !== undefined) this.failure ??= { step, error: entry.error };
        break;
      }
      case 'undoing':
        this.undo = entry;
        break;
      case 'finished':
        this.finished = entry.receipt;
        break;
    }
  }

  isBegun(step: Step): boolean {
    return this.#begun.has(step.id);
  }

  isEnded(step: Step): boolean {
    return this.#ended.has(step.id);
  }

  /** Forward steps that were begun, in their order. */
  begun(): readonly Step[] {
    return (this.steps ?? []).filter((step) => this.isBegun(step));
  }

  get isUndone(): boolean {
    return this.undo !== undefined && this.undo.steps.every((step) => this.#ended.get(step.id)?.error === null);
  }

  /** All steps with their states; those that will not be begun any more are skipped. */
  reports(): readonly StepReport[] {
    const isOver = this.failure !== undefined;
    const undone = this.isUndone ? new Set(this.undo?.undoes) : new Set<string>();
    return [...(this.steps ?? []), ...(this.undo?.steps ?? [])].map((step) => {
      const { id, service, action, sentence } = step;
      const ended = this.#ended.get(id);
      const error = ended?.error ?? null;
      const state =
        error !== null
          ? 'failed'
          : ended !== undefined
            ? undone.has(id)
              ? 'undone'
              : 'done'
            : this.isBegun(step)
              ? 'running'
              : isOver && this.undo?.steps.includes(step) !== true
                ? 'skipped'
                : 'pending';
      const startedAt = this.#begun.get(id) ?? null;
      return { id, service, action, sentence, state, startedAt, finishedAt: ended?.at ?? null, error };
    });
  }
}
