import { expect, test } from 'vitest';
import { systemIds, systemRandomness, uuidSource } from './clock.ts';

const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('ids are UUIDv7 of the time they were made at', () => {
  const source = uuidSource(() => 0x0189_0a5d_ac96, systemRandomness);
  expect(source.uuid()).toMatch(UUID7);
  expect(source.uuid().slice(0, 13)).toBe('01890a5d-ac96');
});

test('ids of one process sort by the order they were made in, also within a millisecond and when the clock steps back', () => {
  let ms = 1_000_000;
  const source = uuidSource(() => ms, systemRandomness);
  const ids: string[] = [];
  for (let n = 0; n < 20_000; n++) {
    if (n === 10_000) ms -= 500;
    ids.push(source.uuid());
  }
  expect(new Set(ids).size).toBe(20_000);
  expect(ids).toEqual(ids.toSorted());
  expect(ids.every((id) => UUID7.test(id))).toBe(true);
});

test('the machine’s ids are of now', () => {
  const before = Date.now();
  const ms = Number.parseInt(systemIds.uuid().replaceAll('-', '').slice(0, 12), 16);
  expect(ms).toBeGreaterThanOrEqual(before);
});
