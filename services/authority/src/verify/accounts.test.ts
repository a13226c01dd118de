import type { Database } from '@stella-ops/platform/database';
import { expect, test } from 'vitest';
import { ACCOUNT_AGE_MS, openAccounts } from './accounts.ts';

const TENANT = '0193aaaa-0000-7000-8000-00000000000a';

/** A database that answers with the roles it is told, and counts. */
function world() {
  let nowMs = 0;
  const state = { asked: 0, isActive: true, isBroken: false };
  const row = () => ({ name: 'a', displayName: 'A', roles: ['auditor'], isActive: state.isActive, hasGrant: true });
  const withTenant = (): Promise<unknown> => {
    state.asked++;
    return state.isBroken ? Promise.reject(new Error('down')) : Promise.resolve(row());
  };
  const clock = { now: () => new Date(nowMs).toISOString(), monotonicMs: () => nowMs };
  const accounts = openAccounts({ withTenant } as unknown as Database, clock);
  return {
    state,
    user: () => accounts.user(TENANT, 'a', 'grant'),
    forget: () => accounts.forget(),
    pass: (ms: number) => (nowMs += ms),
  };
}

test('what another process changed is seen after five seconds at the latest', async () => {
  expect(ACCOUNT_AGE_MS).toBeLessThanOrEqual(5000);
  const { state, user, pass } = world();
  expect((await user())?.name).toBe('a');
  state.isActive = false;
  pass(ACCOUNT_AGE_MS - 1);
  expect((await user())?.name).toBe('a');
  expect(state.asked).toBe(1);
  pass(1);
  expect(await user()).toBeUndefined();
});

test('what this process changed is seen at once', async () => {
  const { state, user, forget } = world();
  await user();
  state.isActive = false;
  forget();
  expect(await user()).toBeUndefined();
});

test('a failed question is asked again', async () => {
  const { state, user } = world();
  state.isBroken = true;
  await expect(user()).rejects.toThrow('down');
  state.isBroken = false;
  expect((await user())?.name).toBe('a');
});
