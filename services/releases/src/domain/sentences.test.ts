import { expect, test } from 'vitest';
import { gateOf } from './gates/gate.ts';
import { openSentence } from './sentences.ts';

type Said = Parameters<typeof gateOf>[1];
const gate = (name: Said['name'], state: Said['state'], sentence: string, more: Partial<Said> = {}) =>
  gateOf('2026-01-02T12:00:00.000Z', { name, state, sentence, ...more });

test('what is blocked is told before what waits, and the rest is counted', () => {
  const gates = [gate('scan', 'waiting', 'It is scanned.'), gate('policy', 'blocked', 'It is denied.')];
  expect(openSentence('pending_gate', gates)).toBe('Blocked: It is denied. 1 more condition is not met.');
  expect(openSentence('pending_gate', [gate('scan', 'waiting', 'It is scanned.')])).toBe('Waiting: It is scanned.');
});

test('while people are missing the sentence says how many', () => {
  const approval = gate('approval', 'waiting', '0 of 1 approval given.', { fix: '1 more person has to approve it.' });
  expect(openSentence('pending_approval', [gate('policy', 'passed', ''), approval])).toBe(
    'All other gates are met; it waits for people. 0 of 1 approval given.',
  );
});

test('while Authority is asked whether people may approve it waits for nobody else', () => {
  const approval = gate('approval', 'waiting', '1 of 1 approval given (bob). Authority did not answer.');
  expect(openSentence('pending_approval', [gate('policy', 'passed', ''), approval])).toBe(
    'All other gates are met. 1 of 1 approval given (bob). Authority did not answer.',
  );
});

test('after the last approval it says that the gates are looked at once more', () => {
  const gates = [gate('approval', 'passed', '1 of 1 approval given (bob).')];
  expect(openSentence('pending_approval', gates)).toMatch(/once more before it is approved\. 1 of 1 approval given/);
});
