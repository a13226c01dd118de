import type { Promotion } from '@stella-ops/contracts/releases';
import { RELEASES_ERRORS } from '@stella-ops/contracts/releases';
import { errorFactory } from '@stella-ops/engine-kernel/errors';
import { expect, test } from 'vitest';
import { testContext } from '../testing/test-context.ts';
import { approveInTurn } from './approve-in-turn.ts';

const fail = errorFactory(RELEASES_ERRORS);
const APPROVAL = { params: { promotionId: '0192a000-0000-7000-8000-000000000001' }, body: { reason: 'seen' } };
const LOOKING = promotion('pending_gate', 'waiting');
const BLOCKED = promotion('pending_gate', 'blocked');
const ASKING = promotion('pending_approval', 'met');
const APPROVED = promotion('approved', 'met');

function promotion(state: Promotion['state'], gate: string): Promotion {
  return {
    id: APPROVAL.params.promotionId,
    state,
    sentence: state,
    gates: [{ name: 'policy', state: gate }],
  } as Promotion;
}

/** A server that is seen in these states one after the other, and answers approvals so. */
function scripted(looks: readonly Promotion[], answers: readonly (Promotion | Error)[]) {
  const [seen, given] = [[...looks], [...answers]];
  const next = (left: (Promotion | Error)[]) => {
    const one = left.shift();
    if (one === undefined) throw new Error('asked once more than expected');
    if (one instanceof Error) throw one;
    return { body: one };
  };
  const releases = { getPromotion: async () => next(seen), approvePromotion: async () => next(given) };
  return { approve: () => approveInTurn(releases as never, APPROVAL, testContext()), seen, given };
}

test('waits until no gate is looked at, then approves', async () => {
  const { approve, seen } = scripted([LOOKING, LOOKING, ASKING], [APPROVED]);
  expect(await approve()).toBe(APPROVED);
  expect(seen).toEqual([]);
});

test('gates that are looked at again just then are waited for, too', async () => {
  const refusal = fail('PROMOTION_STATE', 'it does not wait for approval but is pending_gate');
  const { approve, given } = scripted([ASKING, LOOKING, LOOKING, ASKING], [refusal, APPROVED]);
  expect(await approve()).toBe(APPROVED);
  expect(given).toEqual([]);
});

test.each([
  ['that a gate blocks', 'PROMOTION_STATE', [BLOCKED, BLOCKED]],
  ['that the person asked for it', 'SEPARATION_OF_DUTIES', [ASKING]],
  ['that the person approved it already', 'ALREADY_DECIDED', [ASKING]],
] as const)('is told %s at once', async (_, code, looks) => {
  const { approve, seen, given } = scripted(looks, [fail(code, 'no'), APPROVED]);
  await expect(approve()).rejects.toMatchObject({ code });
  expect(seen).toEqual([]);
  expect(given).toEqual([APPROVED]);
});

test('a promotion whose gates never rest is given up after some tries', async () => {
  const refusal = fail('PROMOTION_STATE', 'it is pending_gate');
  const looks = Array.from({ length: 5 }, () => [ASKING, LOOKING]).flat();
  const { approve } = scripted(looks, Array<Error>(6).fill(refusal));
  await expect(approve()).rejects.toMatchObject({ code: 'PROMOTION_STATE' });
});
