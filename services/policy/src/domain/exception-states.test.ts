import { expect, test } from 'vitest';
import { ExceptionState } from '@stella-ops/contracts/policy';
import { exceptionDiagram } from './exception-diagram.ts';
import { type Attempt, EXCEPTION_TRANSITIONS, type ExceptionEvent, stepException } from './exception-states.ts';

const EVENTS: readonly ExceptionEvent[] = ['draft', 'request', 'submit', 'approve', 'reject', 'revoke', 'expire'];
const STATES = [null, ...ExceptionState.options];
const byAnother: Attempt = {
  actor: 'bob',
  isPerson: true,
  requestedBy: 'alice',
  at: '2026-01-02T00:00:00.000Z',
  expiresAt: '2026-01-03T00:00:00.000Z',
};
const over: Attempt = { ...byAnother, at: byAnother.expiresAt };

/** Every pair of state and event that leads somewhere. */
const leading = (attempt: Attempt): string[] =>
  STATES.flatMap((state) =>
    EVENTS.flatMap((event) => {
      const step = stepException(state, event, attempt);
      return step.ok ? [`${state ?? ''} ${event} ${step.to}`.trim()] : [];
    }),
  );

test('these events lead from these states to these, before the end', () => {
  expect(leading(byAnother)).toEqual([
    'draft draft',
    'request pending_review',
    'draft submit pending_review',
    'pending_review approve approved',
    'pending_review reject rejected',
    'approved revoke revoked',
  ]);
});

test('when the time is over nothing can be approved any more, and all that is open expires', () => {
  expect(leading(over)).toEqual([
    'draft draft',
    'request pending_review',
    'draft expire expired',
    'pending_review reject rejected',
    'pending_review expire expired',
    'approved revoke revoked',
    'approved expire expired',
  ]);
});

test.each(['approve', 'reject'] as const)('who asked cannot %s, and neither can nobody', (event) => {
  for (const actor of ['alice', null]) {
    expect(stepException('pending_review', event, { ...byAnother, actor })).toMatchObject({
      ok: false,
      code: 'EXCEPTION_SELF_APPROVAL',
    });
  }
});

test('a program decides on no exception, whoever asked', () => {
  for (const event of ['approve', 'reject'] as const) {
    expect(stepException('pending_review', event, { ...byAnother, isPerson: false })).toEqual({
      ok: false,
      code: 'EXCEPTION_SELF_APPROVAL',
      sentence: 'only a person decides on an exception',
    });
  }
  expect(stepException('approved', 'revoke', { ...byAnother, isPerson: false })).toMatchObject({ ok: true });
});

test('from what has ended nothing leads on', () => {
  for (const state of ['rejected', 'revoked', 'expired'] as const) {
    for (const event of EVENTS) {
      for (const attempt of [byAnother, over]) {
        expect(stepException(state, event, attempt)).toMatchObject({ ok: false, code: 'EXCEPTION_STATE' });
      }
    }
  }
});

test.each([
  ['draft', 'approve', 'the exception is a draft and cannot be approved; it can be submitted'],
  ['pending_review', 'revoke', 'the exception is pending review and cannot be revoked; it can be approved or rejected'],
  ['approved', 'approve', 'the exception is approved and cannot be approved; it can be revoked'],
  ['expired', 'revoke', 'the exception is expired and cannot be revoked; that is its end: ask for another'],
] as const)('what %s forbids is answered with the state and what can be done: %s', (state, event, sentence) => {
  expect(stepException(state, event, byAnother)).toMatchObject({ sentence });
});

test('a state and an event stand in the table once', () => {
  const keys = EXCEPTION_TRANSITIONS.map(({ from, event }) => `${from} ${event}`);
  expect(new Set(keys).size).toBe(keys.length);
});

test('the diagram has every transition of the table and the ends', () => {
  expect(exceptionDiagram()).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> draft: draft
      [*] --> pending_review: request
      draft --> pending_review: submit [before its end]
      draft --> expired: expire [after its end]
      pending_review --> approved: approve [a person, another person, before its end]
      pending_review --> rejected: reject [a person, another person]
      pending_review --> expired: expire [after its end]
      approved --> revoked: revoke
      approved --> expired: expire [after its end]
      expired --> [*]
      rejected --> [*]
      revoked --> [*]
    "
  `);
});
