import { AppError } from '@stella-ops/engine-kernel';

const REFUSALS = new Set([
  'LEASE_LOST',
  'NOT_FOUND',
  'AUTH_INVALID',
  'AUTH_REQUIRED',
  'SCOPE_MISSING',
  'TENANT_MISMATCH',
]);

/** Whether the server said that this agent has no right to a task: saying it again would not help. */
export const isRefusal = (error: unknown): boolean => error instanceof AppError && REFUSALS.has(error.code);
