import { expect, test } from 'vitest';
import { sampleComponent, sampleGate, samplePromotion, sampleRelease } from '@stella-ops/contracts/testing';
import { digestOf } from '@stella-ops/engine-kernel';
import { promotionStatement, promotionTitle, SEALED_STATES, subjectsOf } from './promotion-statement.ts';

const AT = '2026-06-01T12:00:00.000Z';
const DIGESTS = { index: digestOf('index'), amd64: digestOf('amd64'), arm64: digestOf('arm64') };
const platformOf = (manifestDigest: string) => ({ platform: null, manifestDigest, configDigest: null });

const release = sampleRelease({
  components: [
    sampleComponent({
      indexDigest: DIGESTS.index,
      platforms: [platformOf(DIGESTS.amd64), platformOf(DIGESTS.arm64)],
    }),
    sampleComponent({ component: 'worker', platforms: [platformOf(DIGESTS.amd64)] }),
  ],
});
const promotion = samplePromotion({
  id: '0193aaaa-0000-7000-8000-000000000003',
  state: 'approved',
  gates: [sampleGate({ imageDigest: DIGESTS.amd64 })],
  approvals: [
    {
      person: { id: '0193aaaa-0000-7000-8000-000000000005', name: 'grace' },
      verdict: 'approved',
      reason: 'tested on stage',
      releaseDigest: digestOf('release'),
      policyDigest: null,
      isValid: true,
      voided: null,
      decidedAt: AT,
    },
  ],
  version: 3,
  decidedAt: AT,
});
const step = { promotionId: promotion.id, from: 'pending_gate', to: 'approved', occurredAt: AT } as const;

test('subjects are index and platform manifests, under the name of each component that uses them', () => {
  expect(subjectsOf(release)).toEqual([
    { name: 'cart', digest: DIGESTS.index },
    { name: 'cart', digest: DIGESTS.amd64 },
    { name: 'cart', digest: DIGESTS.arm64 },
    { name: 'worker', digest: DIGESTS.amd64 },
  ]);
});

test('the form of the statement is frozen: another form is another predicate type', () => {
  expect(digestOf(promotionStatement(step, promotion, release))).toMatchInlineSnapshot(
    `"sha256:1377cc04924aa6bfb82c3a238d12883642ee8d2aed954b5f8fcefc6f5f840ac8"`,
  );
  expect(JSON.parse(promotionStatement(step, promotion, release).toString())).toMatchInlineSnapshot(`
    {
      "_type": "https://in-toto.io/Statement/v1",
      "predicate": {
        "approvals": [
          {
            "decidedAt": "2026-06-01T12:00:00.000Z",
            "isValid": true,
            "person": {
              "id": "0193aaaa-0000-7000-8000-000000000005",
              "name": "grace",
            },
            "policyDigest": null,
            "reason": "tested on stage",
            "releaseDigest": "sha256:a4d451ec23463726f72c43d64c710968f6b602cd653b4de8adee1b556240a829",
            "verdict": "approved",
          },
        ],
        "at": "2026-06-01T12:00:00.000Z",
        "decidedAt": "2026-06-01T12:00:00.000Z",
        "environment": "prod",
        "gates": [
          {
            "component": "cart",
            "evaluatedAt": "2026-06-01T12:00:00.000Z",
            "evidence": [
              {
                "id": "sha256:86ae35d58a6aa3b5742df94ef9d7162219f0106a911ae1954c1f0604aaec805d",
                "kind": "decision",
              },
            ],
            "imageDigest": "sha256:5861314d7fccb39c2192173240eab44fa35ca66426201ca2acd0630a6258dd51",
            "name": "policy",
            "sentence": "Policy allows cart",
            "state": "passed",
          },
        ],
        "previousState": "pending_gate",
        "promotion": "0193aaaa-0000-7000-8000-000000000003",
        "record": {
          "state": "approved",
          "updatedAt": "2026-06-01T12:00:00.000Z",
          "version": 3,
        },
        "release": {
          "digest": "sha256:a4d451ec23463726f72c43d64c710968f6b602cd653b4de8adee1b556240a829",
          "id": "0193aaaa-0000-7000-8000-000000000002",
          "mode": "verified",
          "name": "shop",
          "version": "1.2.0",
        },
        "requestedAt": "2026-06-01T12:00:00.000Z",
        "requestedBy": {
          "id": "0193aaaa-0000-7000-8000-000000000001",
          "name": "ada",
        },
        "requiredApprovals": 1,
        "state": "approved",
      },
      "predicateType": "stella.ops/promotion@v1",
      "subject": [
        {
          "digest": {
            "sha256": "1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6",
          },
          "name": "cart",
        },
        {
          "digest": {
            "sha256": "5861314d7fccb39c2192173240eab44fa35ca66426201ca2acd0630a6258dd51",
          },
          "name": "cart",
        },
        {
          "digest": {
            "sha256": "f69162950f235e3cdbbad33f1f912d1a504be90d8a37d002c735d6f3e3882265",
          },
          "name": "cart",
        },
        {
          "digest": {
            "sha256": "5861314d7fccb39c2192173240eab44fa35ca66426201ca2acd0630a6258dd51",
          },
          "name": "worker",
        },
      ],
    }
  `);
});

test('an approval that was void by then is stated as void; one that became so later counted', () => {
  const counted = (at: string): unknown => {
    const voided = { code: 'right_lost' as const, sentence: 'grace may no longer approve promotions.', at };
    const approvals = promotion.approvals.map((approval) => ({ ...approval, isValid: false, voided }));
    const bytes = promotionStatement(step, { ...promotion, approvals }, release);
    const { predicate } = JSON.parse(bytes.toString()) as { predicate: { approvals: { isValid: boolean }[] } };
    return predicate.approvals.map(({ isValid }) => isValid);
  };
  expect(counted('2026-06-01T11:59:59.999Z')).toEqual([false]);
  expect(counted(AT)).toEqual([false]);
  expect(counted('2026-06-01T12:00:00.001Z')).toEqual([true]);
});

test('a release without images has no statement', () => {
  expect(() => promotionStatement(step, promotion, { ...release, components: [] })).toThrow(
    expect.objectContaining({ code: 'STATEMENT_INVALID' }),
  );
});

test('each end has a title of its own', () => {
  const titles = SEALED_STATES.map((to) => promotionTitle({ ...step, to }, promotion));
  expect(new Set(titles).size).toBe(SEALED_STATES.length);
  expect(titles).toContain('Release shop 1.2.0 was deployed to prod');
});
