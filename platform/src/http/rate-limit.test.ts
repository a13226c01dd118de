import { expect, test } from 'vitest';
import { tokenBuckets } from './rate-limit.ts';

test('a bucket gives its burst at once and its rate over time, and no more after a pause', () => {
  let nowMs = 0;
  const limiter = tokenBuckets({ burst: 3, perSecond: 2, nowMs: () => nowMs });
  const taken = () => [1, 2, 3, 4].map(() => limiter.take('a').ok);
  expect(taken()).toEqual([true, true, true, false]);
  nowMs = 500;
  expect(taken()).toEqual([true, false, false, false]);
  nowMs = 3_600_000;
  expect(taken()).toEqual([true, true, true, false]);
});

test('refused requests do not postpone the next token', () => {
  let nowMs = 0;
  const limiter = tokenBuckets({ burst: 1, perSecond: 1, nowMs: () => nowMs });
  limiter.take('a');
  for (nowMs = 100; nowMs < 1000; nowMs += 100) expect(limiter.take('a')).toEqual({ ok: false, retryAfterSeconds: 1 });
  nowMs = 1001;
  expect(limiter.take('a')).toEqual({ ok: true });
});

test('the number of keys is capped, and a key in use stays', () => {
  const limiter = tokenBuckets({ burst: 1, perSecond: 0.001, maxKeys: 2, nowMs: () => 0 });
  limiter.take('used');
  for (let n = 0; n < 10; n++) {
    limiter.take(`stranger${n}`);
    expect(limiter.take('used').ok).toBe(false);
  }
  expect(limiter.take('stranger0').ok).toBe(true);
});
