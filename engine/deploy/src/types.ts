import type { Plan } from '@stella-ops/engine-compose';
import type { Clock, Digest } from '@stella-ops/engine-kernel';

/** A container (or what a script host has in its place) as it was seen, by all names that its image may have. */
export interface ObservedContainer {
  readonly containerId: string;
  readonly name: string;
  /** `stella.*` labels only. */
  readonly labels: Readonly<Record<string, string>>;
  /** Config digest on engines with the classic store; manifest or index digest with the containerd store. */
  readonly imageId: string;
  readonly repoDigests: readonly string[];
  /** `created`, `running`, `restarting`, `exited`, … */
  readonly state: string;
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  readonly startedAt: string | null;
}

export type StepAction =
  | 'network'
  | 'volume'
  | 'pull'
  | 'create'
  | 'start'
  | 'wait-healthy'
  | 'stop'
  | 'remove'
  | 'record'
  | 'unpack'
  | 'hook'
  | 'switch'
  | 'prune';

/** One thing to do. It is kept in the journal, so that a resumed run does the same things. */
export interface Step {
  /** Unique in a run: `web:create`. */
  readonly id: string;
  readonly service: string | null;
  readonly action: StepAction;
  /** What happens, for people. */
  readonly sentence: string;
  /** Why it happens. */
  readonly cause: string;
  /** The containers, resource, hook or folder that it is about. */
  readonly subject?: StepSubject;
}

export interface StepSubject {
  /** Present containers to stop, remove or start again. */
  readonly containerIds?: readonly string[];
  /** Of the container to create, or the name to give back. */
  readonly name?: string;
  /** Containers of the same service that were there before: never taken for the new one. */
  readonly before?: readonly string[];
  /** What ran of the project when the deployment was planned: it runs again when the deployment is taken back. */
  readonly ranBefore?: readonly string[];
  /** Key of a network or volume. */
  readonly key?: string;
  readonly hook?: string;
  /** Folder below `releases/`; null: there is none. */
  readonly folder?: string | null;
}

export interface StepError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** A step and what came of it; the shape that an agent reports. */
export interface StepReport {
  readonly id: string;
  readonly service: string | null;
  readonly action: string;
  readonly sentence: string;
  readonly state: 'pending' | 'running' | 'done' | 'failed' | 'skipped' | 'undone';
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly error: StepError | null;
}

/** What runs now, and what was done to get there. */
export interface Receipt {
  readonly format: 'stella.receipt/v1';
  readonly deploymentId: string;
  readonly target: string;
  readonly planDigest: Digest;
  readonly outcome: 'succeeded' | 'failed';
  readonly services: readonly ReceiptService[];
  readonly steps: readonly StepReport[];
  /** Why it failed. */
  readonly error: StepError | null;
  readonly startedAt: string;
  readonly finishedAt: string;
}

export interface ReceiptService {
  readonly service: string;
  /** `script:<folder>` on a script host. */
  readonly containerId: string;
  readonly imageId: string;
  readonly manifestDigest: Digest;
  readonly configDigest: Digest | null;
  readonly startedAt: string | null;
}

/** What a step learned that later steps need: ids, digests. Small, JSON, kept in the journal. */
export type StepFacts = Readonly<Record<string, string | null>>;

export type JournalEntry =
  | { readonly kind: 'planned'; readonly at: string; readonly planDigest: Digest; readonly steps: readonly Step[] }
  | { readonly kind: 'begun'; readonly at: string; readonly step: string }
  | { readonly kind: 'done'; readonly at: string; readonly step: string; readonly facts: StepFacts }
  | { readonly kind: 'failed'; readonly at: string; readonly step: string; readonly error: StepError }
  /** The way back was planned; its steps are then begun and done like all others. */
  | {
      readonly kind: 'undoing';
      readonly at: string;
      readonly steps: readonly Step[];
      readonly undoes: readonly string[];
    }
  | { readonly kind: 'finished'; readonly at: string; readonly receipt: Receipt };

/** Outlives the process. One journal belongs to one task; its owner drops it once the server has the receipt. */
export interface Journal {
  /** All whole entries, in order. */
  read(): Promise<readonly JournalEntry[]>;
  /** Resolves when the entry would survive a power failure. */
  append(entry: JournalEntry): Promise<void>;
}

export interface StepContext {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Facts of all steps that are done, by step. */
  readonly facts: ReadonlyMap<string, StepFacts>;
  /** True when an earlier run began this step and nobody knows how far it came. */
  readonly isResumed: boolean;
  /** Lines for people: progress of a pull, output of a hook. */
  output(text: string): void;
}

/** A way to reach a target. Everything it does may be done again: a killed agent repeats the step it was in. */
export interface Executor<P extends Plan = Plan> {
  /** What is there now. */
  observe(signal: AbortSignal): Promise<readonly ObservedContainer[]>;
  /** Looks, and says what is to be done in which order. */
  prepare(plan: P, signal: AbortSignal): Promise<readonly Step[]>;
  perform(plan: P, step: Step, context: StepContext): Promise<StepFacts>;
  /** The way back from a failure: pure, from the steps that were begun and all that were planned. */
  undo(
    plan: P,
    begun: readonly Step[],
    failed: Step,
    facts: ReadonlyMap<string, StepFacts>,
    planned: readonly Step[],
  ): readonly Step[];
  /** What runs at the end, for the receipt. */
  describe(plan: P, facts: ReadonlyMap<string, StepFacts>, signal: AbortSignal): Promise<readonly ReceiptService[]>;
}

export interface ExecuteOptions {
  /** Name of the target, for the receipt. */
  readonly target: string;
  readonly clock: Clock;
  /** Aborted: nothing new is begun, nothing is undone; the journal says where to go on. */
  readonly signal: AbortSignal;
  /** Aborted: the step under way is finished, the next one is not begun. */
  readonly drain?: AbortSignal;
  /** Pauses before a step that could not reach its engine or registry is tried again; default 0.5 s to 8 s. */
  readonly retryPausesMs?: readonly number[];
  /** All steps with their states, at each change. */
  readonly onSteps?: (steps: readonly StepReport[]) => void;
  readonly onOutput?: (text: string) => void;
}

export interface ExecuteResult {
  readonly outcome: 'succeeded' | 'failed';
  readonly receipt: Receipt;
  readonly steps: readonly StepReport[];
}

export type DriftKind = 'wrong_digest' | 'missing' | 'rogue' | 'unhealthy';

/** Where what runs differs from what should. */
export interface Drift {
  readonly kind: DriftKind;
  readonly service: string | null;
  readonly sentence: string;
  readonly expected: Digest | null;
  readonly observed: string | null;
}

export interface DriftOptions {
  /** Deployments whose containers may be on the target beside those of the plan. */
  readonly knownDeployments?: readonly string[];
  /** Whether containers without any label of ours are rogue too. */
  readonly isExclusive?: boolean;
}
