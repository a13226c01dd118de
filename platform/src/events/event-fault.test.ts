import { AppError, EXIT } from '@stella-ops/engine-kernel';
import pg from 'pg';
import { expect, test } from 'vitest';
import { describeFault, isEventFault } from './event-fault.ts';

const said = (code: string, message = 'said by the server'): Error =>
  Object.assign(new pg.DatabaseError(message, 0, 'error'), { code });
const own = (code: string, message: string): AppError =>
  new AppError(code, { status: 409, exit: EXIT.invalid, hint: '' }, message);

test('what the database or the way to it does is no event’s fault, also when the handler has wrapped it', () => {
  const passing = ['40001', '40P01', '08006', '57P01', '57P03', '53300', '53100', '25006', '28P01', '3D000', '58030'];
  for (const code of passing) {
    expect(isEventFault(said(code)), code).toBe(false);
    expect(isEventFault(new Error('the handler says', { cause: said(code) })), code).toBe(false);
  }
  expect(isEventFault(Object.assign(new Error('read ECONNRESET'), { syscall: 'read' }))).toBe(false);
  expect(isEventFault(new Error('Connection terminated unexpectedly'))).toBe(false);
  expect(isEventFault(own('DATABASE_CONFLICT', 'again'))).toBe(false);
});

test('what a handler cannot do with an event is the event’s fault: its own errors, constraints, its time limit', () => {
  for (const code of ['23505', '22P02', '42P01', '57014', '25P02']) expect(isEventFault(said(code)), code).toBe(true);
  expect(isEventFault(new TypeError('x is undefined'))).toBe(true);
  expect(isEventFault(own('RELEASE_GONE', 'there is none'))).toBe(true);
  expect(isEventFault('a text')).toBe(true);
});

test('causes that go round in a ring are looked at and end', () => {
  const ring = new Error('round');
  ring.cause = ring;
  expect(isEventFault(ring)).toBe(true);
});

test('a fault is kept by its code and one line, without control characters, halves of pairs and too much of it', () => {
  expect(describeFault(own('RELEASE_GONE', 'there\u0000 is\n\u001b[31mnone'))).toEqual({
    code: 'RELEASE_GONE',
    message: 'there is [31mnone',
  });
  expect(describeFault(said('23505', 'duplicate key'))).toEqual({ code: 'SQLSTATE 23505', message: 'duplicate key' });
  expect(describeFault(new TypeError('x'))).toEqual({ code: 'TypeError', message: 'x' });
  expect(describeFault('a text').code).toBe('UNKNOWN');
  const long = describeFault(new Error(`${'a'.repeat(498)}${'😀'.repeat(10_000)}`)).message;
  expect(long.length).toBeLessThanOrEqual(500);
  expect(long.isWellFormed()).toBe(true);
});

test('secrets in a message are not kept, however they stand in it', () => {
  const texts = [
    'postgres://stella:hunter2@db/x',
    'sent Bearer hunter2 to it',
    'password=hunter2',
    '{"apiKey": "hunter2"}',
    'token: hunter2, and more',
    'with eyJhbGciOiJFUzI1NiJ9.aHVudGVyMg.hunter2',
  ];
  for (const text of texts) expect(describeFault(new Error(text)).message).not.toContain('hunter2');
  expect(describeFault(new Error('the token ended')).message).toBe('the token ended');
});
