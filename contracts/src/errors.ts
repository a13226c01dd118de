import { errorFactory, EXIT, type ErrorRow } from '@stella-ops/engine-kernel/errors';

/** Code → row. A route names the rows that its callers can meet; a service throws from the same table. */
export type ErrorTable = Readonly<Record<string, ErrorRow>>;

/** Errors that every route can answer with. */
export const API_ERRORS = {
  AUTH_REQUIRED: { status: 401, exit: EXIT.verification, hint: 'Log in with "stella login", or send an access token.' },
  AUTH_INVALID: {
    status: 401,
    exit: EXIT.verification,
    hint: 'The token is expired or not for this server; log in again.',
  },
  SCOPE_MISSING: {
    status: 403,
    exit: EXIT.verification,
    hint: 'Ask an administrator for a role that grants the scope.',
  },
  TENANT_MISMATCH: { status: 403, exit: EXIT.verification, hint: 'Log in to the tenant that the request names.' },
  ROUTE_UNKNOWN: { status: 404, exit: EXIT.notFound, hint: 'Check path and method against the API reference.' },
  NOT_FOUND: { status: 404, exit: EXIT.notFound, hint: 'Check the id; it may belong to another tenant.' },
  REQUEST_INVALID: { status: 400, exit: EXIT.invalid, hint: 'Correct the members named in the violations.' },
  REQUEST_MALFORMED: {
    status: 400,
    exit: EXIT.invalid,
    hint: 'The request is not well-formed HTTP or has an illegal URL.',
  },
  BODY_DUPLICATE_MEMBER: { status: 400, exit: EXIT.invalid, hint: 'Write each member of an object once.' },
  BODY_UNEXPECTED: { status: 400, exit: EXIT.invalid, hint: 'This route takes no body.' },
  BODY_TOO_LARGE: { status: 413, exit: EXIT.invalid, hint: 'Send less, or use the upload route for large documents.' },
  BODY_TOO_SLOW: { status: 408, exit: EXIT.retry, retryable: true, hint: 'The body stopped arriving; try again.' },
  MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    exit: EXIT.invalid,
    hint: 'Send the media type that the API reference names.',
  },
  HEADERS_TOO_LARGE: { status: 431, exit: EXIT.invalid, hint: 'Send fewer or shorter headers.' },
  CURSOR_INVALID: { status: 400, exit: EXIT.invalid, hint: 'Start again from the first page, with the same filter.' },
  PRECONDITION_REQUIRED: { status: 428, exit: EXIT.invalid, hint: 'Read the resource and send its ETag as If-Match.' },
  PRECONDITION_FAILED: {
    status: 412,
    exit: EXIT.retry,
    hint: 'Somebody changed it meanwhile: read it again and repeat.',
  },
  IDEMPOTENCY_KEY_INVALID: {
    status: 400,
    exit: EXIT.invalid,
    hint: 'Use 1 to 200 visible ASCII characters, for example a UUID.',
  },
  IDEMPOTENCY_KEY_REUSED: { status: 422, exit: EXIT.invalid, hint: 'Use a new key for a new request.' },
  IDEMPOTENCY_IN_PROGRESS: {
    status: 409,
    exit: EXIT.retry,
    retryable: true,
    hint: 'The first request is still running; ask again shortly.',
  },
  RATE_LIMITED: { status: 429, exit: EXIT.retry, retryable: true, hint: 'Wait as long as Retry-After says.' },
  DEADLINE_EXCEEDED: { status: 504, exit: EXIT.retry, retryable: true, hint: 'The server took too long; try again.' },
  CALLER_GONE: { status: 499, exit: EXIT.retry, retryable: true, hint: 'Nobody waited for the answer; ask again.' },
  SERVER_DRAINING: { status: 503, exit: EXIT.retry, retryable: true, hint: 'The server is stopping; try again.' },
  INTERNAL: { status: 500, exit: EXIT.unexpected, hint: 'Report the trace id to the operator of this installation.' },
} as const satisfies ErrorTable;

/** Errors that arise in the caller's process. */
export const CLIENT_ERRORS = {
  CONTRACT_INVALID: { status: 500, exit: EXIT.unexpected, hint: 'Correct the route declaration.' },
  CALL_INVALID: { status: 400, exit: EXIT.invalid, hint: 'Correct the value named.' },
  SERVER_UNREACHABLE: {
    status: 503,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Check the server address and that it runs.',
  },
  RESPONSE_INVALID: {
    status: 502,
    exit: EXIT.unexpected,
    hint: 'Client and server differ in version, or something between them changed the answer.',
  },
} as const satisfies ErrorTable;

export const fail = errorFactory({ ...API_ERRORS, ...CLIENT_ERRORS });
