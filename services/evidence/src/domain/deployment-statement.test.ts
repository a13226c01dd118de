import { expect, test } from 'vitest';
import type { Promotion } from '@stella-ops/contracts/releases';
import {
  SAMPLE_CONFIG,
  SAMPLE_IMAGE,
  sampleDeployment,
  sampleGate,
  samplePromotion,
  sampleRelease,
  sampleTask,
} from '@stella-ops/contracts/testing';
import { digestOf } from '@stella-ops/engine-kernel';
import {
  decisionsOf,
  DEPLOYMENT_ENDS,
  type DeploymentEnd,
  deploymentStatement,
  deploymentTitle,
  isAtEnd,
  stateOfEnd,
} from './deployment-statement.ts';
import { grouped, readReceipt } from './observed.ts';

const AT = '2026-06-01T12:00:00.000Z';
const IMAGE = SAMPLE_IMAGE;
const CONFIG = SAMPLE_CONFIG;

const release = sampleRelease();
const deployment = sampleDeployment({
  strategy: 'rolling',
  state: 'failed',
  sentence: 'web-2 failed.',
  version: 4,
  tasks: [sampleTask()],
});
const gate = sampleGate();
const promotion = samplePromotion();
const gates = (...all: readonly object[]) => all as unknown as Promotion['gates'];
const service = { service: 'cart', imageId: CONFIG, manifestDigest: IMAGE, configDigest: CONFIG };
const observed = [{ targets: ['web-1'], services: [service] }];

test('the form of the statement is frozen: another form is another predicate type', () => {
  expect(JSON.parse(deploymentStatement(deployment, release, promotion, observed).toString())).toMatchInlineSnapshot(`
    {
      "_type": "https://in-toto.io/Statement/v1",
      "predicate": {
        "decisions": [
          {
            "component": "cart",
            "decision": "sha256:86ae35d58a6aa3b5742df94ef9d7162219f0106a911ae1954c1f0604aaec805d",
            "imageDigest": "sha256:6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d",
          },
        ],
        "deployment": "0193aaaa-0000-7000-8000-000000000003",
        "environment": "prod",
        "finishedAt": "2026-06-01T12:00:00.000Z",
        "kind": "deploy",
        "observed": [
          {
            "services": [
              {
                "configDigest": "sha256:b79606fb3afea5bd1609ed40b622142f1c98125abcfe89a76a661b0e8e343910",
                "imageId": "sha256:b79606fb3afea5bd1609ed40b622142f1c98125abcfe89a76a661b0e8e343910",
                "manifestDigest": "sha256:6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d",
                "service": "cart",
              },
            ],
            "targets": [
              "web-1",
            ],
          },
        ],
        "planDigest": "sha256:c404dc69b55c0692366e3f28e6d8bc2e506bedbd4f519644adb5802500d83331",
        "promotion": "0193aaaa-0000-7000-8000-000000000004",
        "reason": "",
        "release": {
          "digest": "sha256:a4d451ec23463726f72c43d64c710968f6b602cd653b4de8adee1b556240a829",
          "id": "0193aaaa-0000-7000-8000-000000000002",
          "mode": "verified",
          "name": "shop",
          "version": "1.2.0",
        },
        "sentence": "web-2 failed.",
        "startedAt": "2026-06-01T12:00:00.000Z",
        "startedBy": {
          "id": "0193aaaa-0000-7000-8000-000000000001",
          "name": "ada",
        },
        "state": "failed",
        "strategy": "rolling",
        "targets": [
          {
            "attempt": 1,
            "finishedAt": "2026-06-01T12:00:00.000Z",
            "planDigest": "sha256:64879f7d6b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525",
            "receiptDigest": "sha256:6f32860910ca0fb2a20c7fda143666b09dbf8db5238195c90a586fb542ff0cad",
            "startedAt": "2026-06-01T12:00:00.000Z",
            "state": "succeeded",
            "target": "web-1",
            "targetId": "0193aaaa-0000-7000-8000-000000000007",
          },
        ],
        "templateDigest": "sha256:5cde0f1298f41f7d1c8b907a36992a7a513225a2615bd6e307bf1a9149b06b40",
        "undoes": null,
      },
      "predicateType": "stella.ops/deployment@v1",
      "subject": [
        {
          "digest": {
            "sha256": "6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d",
          },
          "name": "cart",
        },
      ],
    }
  `);
});

test('of a rollback it names the promotion that let the release in, and the one that is undone', () => {
  const earlier = { ...promotion, id: '0193aaaa-0000-7000-8000-000000000009' };
  const back = { ...deployment, kind: 'rollback', state: 'rolled_back' } as const;
  const { predicate } = JSON.parse(deploymentStatement(back, release, earlier, []).toString()) as {
    predicate: { promotion: string; undoes: string };
  };
  expect(predicate).toMatchObject({ promotion: earlier.id, undoes: deployment.promotionId });
});

test('a release without images has no statement', () => {
  expect(() => deploymentStatement(deployment, { ...release, components: [] }, promotion, [])).toThrow(
    expect.objectContaining({ code: 'STATEMENT_INVALID' }),
  );
});

test('each decision on an image is named once, and other evidence is none', () => {
  const scan = { ...gate, name: 'scan', evidence: [{ kind: 'inventory', id: digestOf('inventory') }] };
  expect(decisionsOf({ gates: gates(scan, gate, { ...gate, name: 'evidence' }) })).toEqual([
    { component: 'cart', imageDigest: IMAGE, decision: digestOf('decision') },
  ]);
});

test('each end has a title of its own, and a rollback says what it went back to', () => {
  const end = { deploymentId: deployment.id, occurredAt: AT };
  const titles = DEPLOYMENT_ENDS.slice(0, 3).map((to) => deploymentTitle({ ...end, to }, deployment));
  expect(titles).toEqual([
    'Deployment of shop 1.2.0 to prod succeeded',
    'Deployment of shop 1.2.0 to prod failed',
    'Deployment of shop 1.2.0 to prod was cancelled',
  ]);
  const back = deploymentTitle({ ...end, to: 'rolled_back' }, { ...deployment, kind: 'rollback' });
  expect(back).toBe('Rollback of prod to shop 1.2.0 succeeded');
});

test('failing twice is two ends, and the earlier one is none any more', () => {
  const first: DeploymentEnd = { deploymentId: deployment.id, to: 'failed', occurredAt: AT };
  const second = { ...first, occurredAt: '2026-06-01T13:00:00.000Z' };
  expect(stateOfEnd(first)).not.toBe(stateOfEnd(second));
  expect([isAtEnd(deployment, first), isAtEnd(deployment, second)]).toEqual([true, false]);
  expect(isAtEnd({ ...deployment, state: 'running', finishedAt: null }, first)).toBe(false);
});

test('of a receipt only what runs is taken', () => {
  const receipt = { format: 'stella.receipt/v1', services: [{ ...service, containerId: 'c1', startedAt: null }] };
  expect(readReceipt(Buffer.from(JSON.stringify(receipt)))).toEqual([service]);
});

test.each([
  ['no JSON', 'no'],
  ['nothing about services', '{}'],
  ['a digest that is none', JSON.stringify({ services: [{ ...service, manifestDigest: 'latest' }] })],
  ['more services than a host has', JSON.stringify({ services: Array.from({ length: 201 }, () => service) })],
])('a receipt with %s tells nothing', (_, text) => {
  expect(readReceipt(Buffer.from(text))).toBeUndefined();
});

test('hosts on which the same runs are told of together', () => {
  const other = { ...service, imageId: digestOf('other') };
  const seen = [
    { target: 'web-1', services: [service] },
    { target: 'web-2', services: [other] },
    { target: 'web-3', services: [service] },
  ];
  expect(grouped(seen)).toEqual([
    { targets: ['web-1', 'web-3'], services: [service] },
    { targets: ['web-2'], services: [other] },
  ]);
});
