/** Header names of the API, in lower case as programs compare them. */
export const HEADERS = {
  tenant: 'x-stella-tenant',
  /** Accepted on requests, never sent. */
  tenantAlias: 'x-stellaops-tenant',
  requestId: 'x-stella-request-id',
  traceId: 'x-stella-trace-id',
  /** W3C Trace Context, section 3.2. */
  traceParent: 'traceparent',
  quotaLimit: 'x-stella-quota-limit',
  quotaRemaining: 'x-stella-quota-remaining',
  quotaReset: 'x-stella-quota-reset',
  idempotencyKey: 'idempotency-key',
  /** `true` on an answer that was recorded at the first request with the same key. */
  idempotencyReplayed: 'idempotency-replayed',
  lastEventId: 'last-event-id',
} as const;
