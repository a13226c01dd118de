import { AsyncLocalStorage } from 'node:async_hooks';

/** What every log line of a piece of work carries. */
export interface WorkContext {
  readonly requestId?: string;
  readonly traceId?: string;
  readonly tenantId?: string;
  readonly actorId?: string;
  /** Set for work that a job does. */
  readonly jobId?: string;
}

const storage = new AsyncLocalStorage<WorkContext>();

/** Runs work with these fields added to those around it. */
export function withContext<T>(fields: WorkContext, work: () => T): T {
  return storage.run({ ...storage.getStore(), ...fields }, work);
}

export function currentContext(): WorkContext {
  return storage.getStore() ?? {};
}
