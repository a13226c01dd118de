import * as z from 'zod';
import { Digest, Id, Timestamp } from '../schemas.ts';

export const TaskState = z.enum(['waiting', 'queued', 'running', 'succeeded', 'failed', 'skipped', 'cancelled']);
export const StepState = z.enum(['pending', 'running', 'done', 'failed', 'skipped', 'undone']);

const stepError = { code: z.string(), message: z.string(), hint: z.string() };
const stepShape = {
  id: z.string(),
  service: z.string().nullable(),
  /** `pull`, `create`, `start`, `wait-healthy`, `stop`, `remove`, `record`, `hook`, `switch`. */
  action: z.string(),
  sentence: z.string(),
  state: StepState,
  startedAt: Timestamp.nullable(),
  finishedAt: Timestamp.nullable(),
  error: z.object(stepError).nullable(),
};

/** One step of a plan on one target: a sentence before it happens, and what came of it. */
export const Step = z.object(stepShape);
export type Step = z.infer<typeof Step>;

/** A step as its agent tells it. */
export const StepReport = z.strictObject({ ...stepShape, error: z.strictObject(stepError).nullable() });

export const DeploymentTask = z.object({
  id: Id,
  targetId: Id,
  target: z.string(),
  batch: z.int(),
  kind: z.enum(['deploy', 'rollback']),
  state: TaskState,
  attempt: z.int(),
  /** Grows with each lease; an agent that holds an older one is refused. */
  fencingToken: z.int(),
  /** Digest of the plan of this target. */
  planDigest: Digest,
  steps: z.array(Step),
  /** Last lines of output, at most 64 KiB. */
  output: z.string(),
  receiptDigest: Digest.nullable(),
  startedAt: Timestamp.nullable(),
  finishedAt: Timestamp.nullable(),
});
export type DeploymentTask = z.infer<typeof DeploymentTask>;
