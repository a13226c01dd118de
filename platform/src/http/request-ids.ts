import { HEADERS } from '@stella-ops/contracts';
import type { IdSource } from '../runtime/clock.ts';

const TRACE_PARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

export interface RequestIds {
  readonly requestId: string;
  readonly traceId: string;
}

/** Ids of a request: the caller's where it sends well-formed ones (W3C Trace Context, our header), else new ones. */
export function requestIds(header: (name: string) => string | undefined, ids: IdSource): RequestIds {
  const traceId = TRACE_PARENT.exec(header(HEADERS.traceParent) ?? '')?.[1] ?? ids.uuid().replaceAll('-', '');
  const sent = header(HEADERS.requestId);
  return { traceId, requestId: sent !== undefined && REQUEST_ID.test(sent) ? sent : traceId };
}
