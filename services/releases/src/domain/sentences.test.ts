import { expect, test } from 'vitest';
import { gateOf } from './gates/gate.ts';
import { openSentence } from './sentences.ts';

const gate = (name: 'scan' | 'policy' | 'approval', state: 'passed' | 'blocked' | 'waiting', sentence: string) =>
  gateOf('2026-01-02T12:00:00.000Z', { name, state, sentence });

test('what is blocked is told before what waits, and the rest is counted', () => {
  const gates = [gate('scan', 'waiting', 'It is scanned.'), gate('policy', 'blocked', 'It is denied.')];
  expect(openSentence('pending_gate', gates)).toBe('Blocked: It is denied. 1 more condition is not met.');
  expect(openSentence('pending_gate', [gate('scan', 'waiting', 'It is scanned.')])).toBe('Waiting: It is scanned.');
});

test('while people are missing the sentence says how many', () => {
  const gates = [gate('policy', 'passed', ''), gate('approval', 'waiting', '0 of 1 approval given.')];
  expect(openSentence('pending_approval', gates)).toBe(
    'All other gates are met; it waits for people. 0 of 1 approval given.',
  );
});

test('after the last approval it says that the gates are looked at once more', () => {
  const gates = [gate('approval', 'passed', '1 of 1 approval given (bob).')];
  expect(openSentence('pending_approval', gates)).toMatch(/once more before it is approved\. 1 of 1 approval given/);
});
