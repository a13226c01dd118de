export * from './authentication.ts';
export {
  databaseIdempotency,
  finishClaim,
  forgetOpenClaims,
  IDEMPOTENCY_SCHEMA,
  trimIdempotency,
} from './database-idempotency.ts';
export type { WireReply } from './encode-reply.ts';
export {
  type AnyReply,
  type Endpoint,
  type ForwardedEndpoint,
  type Forwarding,
  handle,
  type Handler,
  type LocalEndpoint,
  type RequestContext,
} from './endpoint.ts';
export * from './etag.ts';
export { resetEvent, resumeFrom, type Resumption } from './event-stream.ts';
export type { Begun, IdempotencyClaim, IdempotencyStore, StoredReply } from './idempotency.ts';
export * from './local-transport.ts';
export * from './memory-idempotency.ts';
export * from './paging.ts';
export * from './pipeline.ts';
export * from './rate-limit.ts';
export * from './server.ts';
