import { expect, test } from 'vitest';
import { digestOf } from '@stella-ops/engine-kernel';
import type { IdempotencyClaim } from './idempotency.ts';
import { memoryIdempotency } from './memory-idempotency.ts';

const claim = (key: string, token: string, tenantId = 't'): IdempotencyClaim => ({
  tenantId,
  actorId: 'a',
  routeId: 'r.r',
  key,
  fingerprint: digestOf('body'),
  token,
});
const reply = { status: 201, headers: {}, body: '{}' };

test('a key belongs to one tenant and actor', async () => {
  const store = memoryIdempotency({ nowMs: () => 0 });
  await store.begin(claim('k', '1'));
  expect(await store.begin(claim('k', '2', 'other'))).toEqual({ state: 'new' });
  expect(await store.begin(claim('k', '3'))).toEqual({ state: 'running' });
});

test('an answer is kept for its time, a running request for as long as it runs', async () => {
  let nowMs = 0;
  const store = memoryIdempotency({ keepMs: 100, nowMs: () => nowMs });
  await store.begin(claim('done', '1'));
  await store.finish(claim('done', '1'), reply);
  await store.begin(claim('runs', '2'));
  nowMs = 99;
  expect(await store.begin(claim('done', '3'))).toEqual({ state: 'done', reply });
  nowMs = 100;
  expect(await store.begin(claim('done', '4'))).toEqual({ state: 'new' });
  expect(await store.begin(claim('runs', '5'))).toEqual({ state: 'running' });
});

test('only the present holder of a key finishes or frees it', async () => {
  const store = memoryIdempotency({ nowMs: () => 0 });
  await store.begin(claim('k', '1'));
  await store.forget(claim('k', 'stranger'));
  await store.finish(claim('k', 'stranger'), reply);
  expect(await store.begin(claim('k', '2'))).toEqual({ state: 'running' });
  await store.finish(claim('k', '1'), reply);
  await store.forget(claim('k', '1'));
  expect(await store.begin(claim('k', '2'))).toEqual({ state: 'done', reply });
});

test('the oldest finished answer makes room, never a running request', async () => {
  const store = memoryIdempotency({ maxKeys: 2, nowMs: () => 0 });
  await store.begin(claim('runs', '1'));
  await store.begin(claim('done', '2'));
  await store.finish(claim('done', '2'), reply);
  await store.begin(claim('new', '3'));
  expect(await store.begin(claim('runs', '4'))).toEqual({ state: 'running' });
  expect(await store.begin(claim('done', '5'))).toEqual({ state: 'new' });
});
