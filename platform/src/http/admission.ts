import { actorOf, fail, HEADERS, type Principal, type Route } from '@stella-ops/contracts';
import type { AppError } from '@stella-ops/engine-kernel';
import type { Credentials, Verifier } from './authentication.ts';
import type { RateLimiter } from './rate-limit.ts';

export interface Admission {
  /** `undefined` on public routes. */
  readonly caller: Principal | undefined;
  /** `TENANT_MISMATCH` or `SCOPE_MISSING`: somebody known who may not. */
  readonly refusal?: AppError;
}

/**
 * Whether a request may be looked at: who calls, how often, in which tenant, with which scope. Runs before the body is
 * read, so a stranger cannot make the server hold his.
 *
 * @throws AppError `AUTH_REQUIRED`, `AUTH_INVALID`, `RATE_LIMITED`
 */
export async function admit(
  route: Route,
  credentials: Credentials,
  header: (name: string) => string | undefined,
  verifier: Verifier,
  limiter: RateLimiter,
): Promise<Admission> {
  // A call inside the process was counted when its request came in from outside.
  const take = (key: string) => (credentials.kind === 'http' ? takeOrThrow(limiter, key) : undefined);
  const address = credentials.kind === 'http' ? `address:${credentials.remoteAddress}` : '';
  if (route.scopes === 'public') {
    take(address);
    return { caller: undefined };
  }
  const verified = await verifier.verify(credentials);
  if (!verified.ok) {
    // Guessing is limited by where it comes from: there is no actor to count for.
    take(address);
    throw verified.error;
  }
  const { principal } = verified;
  take(`actor:${principal.tenantId}:${actorOf(principal)}`);
  const tenant = header(HEADERS.tenant) ?? header(HEADERS.tenantAlias);
  if (tenant !== undefined && tenant !== principal.tenantId) {
    return { caller: principal, refusal: fail('TENANT_MISMATCH', 'the request names another tenant than its token') };
  }
  if (typeof route.scopes !== 'string') {
    const missing = route.scopes.filter((scope) => !principal.scopes.has(scope));
    if (missing.length > 0) {
      return { caller: principal, refusal: fail('SCOPE_MISSING', `this needs the scope ${missing.join(' and ')}`) };
    }
  }
  return { caller: principal };
}

function takeOrThrow(limiter: RateLimiter, key: string): void {
  const taken = limiter.take(key);
  if (taken.ok) return;
  throw fail('RATE_LIMITED', 'too many requests', { details: { retryAfterSeconds: taken.retryAfterSeconds } });
}
