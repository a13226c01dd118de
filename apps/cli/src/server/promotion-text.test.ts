import type { Approval } from '@stella-ops/contracts/releases';
import { sampleGate, samplePromotion } from '@stella-ops/contracts/testing';
import { expect, test } from 'vitest';
import { promotionText, whyText } from './promotion-text.ts';

const AT = '2026-06-01T12:00:00.000Z';
const approval = (changes: Partial<Approval>): Approval => ({
  person: { id: 'rosa-id', name: 'rosa' },
  verdict: 'approved',
  reason: 'looked at it',
  releaseDigest: `sha256:${'a'.repeat(64)}`,
  policyDigest: null,
  isValid: true,
  voided: null,
  decidedAt: AT,
  ...changes,
});
const lineOf = (one: Approval) =>
  promotionText(samplePromotion({ approvals: [one] }))
    .split('\n')
    .find((line) => line.startsWith('approved '));

test('an approval that no longer counts says why, as the server puts it', () => {
  expect(lineOf(approval({}))).toMatch(/rosa: looked at it$/);
  const sentence = 'rosa may no longer approve promotions.';
  const voided = { code: 'right_lost', sentence, at: AT } as const;
  expect(lineOf(approval({ isValid: false, voided }))).toContain(`rosa: looked at it (no longer counts. ${sentence})`);
  expect(lineOf(approval({ isValid: false }))).toContain('(no longer counts. Something changed.)');
});

test('why it waits names who may no longer approve, also of one that is approved and was not deployed', () => {
  const sentence = '0 of 1 approval given. rosa may no longer approve promotions: that approval is void.';
  const gates = [sampleGate({ name: 'approval', component: null, imageDigest: null, state: 'waiting', sentence })];
  expect(whyText(samplePromotion({ state: 'approved', gates }))).toContain(`waiting approval: ${sentence}`);
});
