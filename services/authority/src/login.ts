import { createHash } from 'node:crypto';
import { recordAudit } from '@stella-ops/platform/audit';
import { HasherBusy } from './domain/password-hash.ts';
import {
  blockSeconds,
  CLOCK_SKEW_SECONDS,
  FORGET_AFTER_SECONDS,
  FROM_ANYWHERE,
  FROM_ONE_ADDRESS,
  type ThrottleRule,
} from './domain/throttle.ts';
import { secondsAfter } from './domain/times.ts';
import type { Parts } from './parts.ts';
import { clearThrottle, lockThrottle, putThrottle, type ThrottleRow } from './store/login-throttle.ts';
import { findLogin, type LoginRow } from './store/passwords.ts';
import { findTenantByName } from './store/tenants.ts';
import { findUser, setLastLogin } from './store/users.ts';

export interface LoginAttempt {
  readonly tenant: string;
  readonly userName: string;
  readonly password: string;
  readonly address: string;
  /** Through which client, for the audit trail. */
  readonly client: string;
}

export type LoginResult =
  | { readonly ok: true; readonly tenantId: string; readonly userId: string }
  | { readonly ok: false; readonly reason: 'wrong' }
  | { readonly ok: false; readonly reason: 'blocked'; readonly retryAfterSeconds: number }
  | { readonly ok: false; readonly reason: 'busy' };

export type Login = (attempt: LoginAttempt) => Promise<LoginResult>;

const MAX_FIELD = 200;

/**
 * Checks a password. Wrong tenant, wrong name, wrong password and account switched off are one answer, and take as long.
 * Each try counts as a failure from its beginning until it turns out right: guesses sent together count as well.
 */
export function createLogin(parts: Parts): Login {
  return async (attempt) => {
    const startedMs = parts.clock.monotonicMs();
    const result = await tryLogin(attempt, parts).catch((error: unknown): LoginResult => {
      if (error instanceof HasherBusy) return { ok: false, reason: 'busy' };
      throw error;
    });
    parts.record.logins(1, { outcome: result.ok ? 'done' : result.reason });
    parts.record.passwordCheck((parts.clock.monotonicMs() - startedMs) / 1000, {});
    return result;
  };
}

async function tryLogin(attempt: LoginAttempt, parts: Parts): Promise<LoginResult> {
  const { host, passwords } = parts;
  const { password } = attempt;
  const tenant = askable(attempt.tenant);
  const userName = askable(attempt.userName);
  if ([tenant, userName, password].some((text) => text.length > MAX_FIELD)) return { ok: false, reason: 'wrong' };
  const keys = throttleKeys(attempt);
  const retryAfterSeconds = await countTry(keys, parts);
  if (retryAfterSeconds > 0) return { ok: false, reason: 'blocked', retryAfterSeconds };

  const found = await host.database.withRelay((tx) => findTenantByName(tx, tenant), { isReadOnly: true });
  const tenantId = found?.isActive === true ? found.id : undefined;
  const login =
    tenantId === undefined
      ? undefined
      : await host.database.withTenant(tenantId, (tx) => findLogin(tx, tenantId, userName), { isReadOnly: true });
  const isRight = await passwords.check(password, login?.hash ?? undefined);
  if (tenantId === undefined || login === undefined) return { ok: false, reason: 'wrong' };
  const isIn = await recordLogin(attempt, tenantId, login, isRight, parts);
  if (!isIn) return { ok: false, reason: 'wrong' };
  await host.database.withRelay((tx) =>
    clearThrottle(
      tx,
      keys.map(({ key }) => key),
    ),
  );
  return { ok: true, tenantId, userId: login.userId };
}

/** The database can be asked for any character but this one; no name has it, or the mark in its place. */
const askable = (name: string): string => name.replaceAll('\0', '\uFFFD');

/** Writes what happened; the account may have been switched off while its password was checked. */
function recordLogin(
  { userName, client, address }: LoginAttempt,
  tenantId: string,
  { userId, hash }: LoginRow,
  isRight: boolean,
  { host, clock, ids }: Parts,
): Promise<boolean> {
  return host.database.withTenant(tenantId, async (tx) => {
    const user = await findUser(tx, tenantId, userId);
    const isSame = (await findLogin(tx, tenantId, userName))?.hash === hash;
    const isIn = isRight && isSame && user?.isActive === true;
    const at = clock.now();
    if (isIn) await setLastLogin(tx, tenantId, userId, at);
    await recordAudit(tx, {
      id: ids.uuid(),
      tenantId,
      at,
      actor: { kind: 'user', id: userId, name: userName },
      action: 'authority.login',
      target: { type: 'user', id: userId },
      outcome: isIn ? 'done' : 'refused',
      details: { client, address },
    });
    return isIn;
  });
}

interface ThrottleKey {
  readonly key: string;
  readonly rule: ThrottleRule;
}

/** Names as they were typed, existing or not, only as hashes: people type passwords into the wrong field. */
function throttleKeys({ tenant, userName, address }: LoginAttempt): readonly ThrottleKey[] {
  const keyOf = (...words: string[]) => createHash('sha256').update(JSON.stringify(words)).digest('hex');
  return [
    { key: keyOf('one address', tenant, userName, address), rule: FROM_ONE_ADDRESS },
    { key: keyOf('anywhere', tenant, userName), rule: FROM_ANYWHERE },
  ];
}

/** @returns seconds to wait; 0 when the try is counted and may go on */
async function countTry(keys: readonly ThrottleKey[], { host, clock }: Parts): Promise<number> {
  return host.database.withRelay(async (tx) => {
    const now = clock.now();
    const rows = await lockThrottle(
      tx,
      keys.map(({ key }) => key),
    );
    const counted = [...rows.values()].filter((row) => counts(row, now));
    const waitsMs = counted.map(({ blockedUntil }) => Date.parse(blockedUntil) - Date.parse(now));
    const longestMs = Math.max(0, ...waitsMs);
    if (longestMs > 0) return Math.ceil(longestMs / 1000);
    for (const { key, rule } of keys) {
      const row = rows.get(key);
      const isCounted = row !== undefined && counts(row, now);
      if (row !== undefined && !isCounted) await clearThrottle(tx, [key]);
      const failures = isCounted ? row.failures + 1 : 1;
      const blockedUntil = secondsAfter(now, blockSeconds(failures, rule));
      await putThrottle(tx, { key, failures, lastFailedAt: now, blockedUntil });
    }
    return 0;
  });
}

/**
 * Failures of long ago are forgotten. So are those of a time to come: the clock was ahead, and whoever was made to wait
 * then would wait until it is that time.
 */
function counts({ lastFailedAt }: ThrottleRow, now: string): boolean {
  return (
    lastFailedAt >= secondsAfter(now, -FORGET_AFTER_SECONDS) && lastFailedAt <= secondsAfter(now, CLOCK_SKEW_SECONDS)
  );
}
