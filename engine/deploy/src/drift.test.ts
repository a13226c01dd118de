import { LABELS } from '@stella-ops/engine-compose';
import { describe, expect, test } from 'vitest';
import { observeEngine } from './docker/observe-engine.ts';
import { driftOf } from './drift.ts';
import { deploy, engineWith, imageOf, planOf, temporaryFolder } from './testing/world.ts';

describe('drift', () => {
  const deployed = async () => {
    const engine = engineWith('one', 'two');
    await deploy(engine, planOf('one'), temporaryFolder());
    const look = async () => observeEngine(engine.client);
    return { engine, look, plan: planOf('one') };
  };
  const kinds = (drift: readonly { kind: string; service: string | null }[]) =>
    drift.map((one) => `${one.kind} ${one.service}`);

  test('an image of the same config digest is right, whatever its names', async () => {
    const { look, plan } = await deployed();
    const seen = (await look()).map((one) => ({ ...one, repoDigests: [], name: 'renamed' }));
    expect(driftOf(plan, seen)).toEqual([]);
    const containerd = seen.map((one) => ({ ...one, imageId: one.labels[LABELS.digest] ?? '' }));
    expect(driftOf(plan, containerd)).toEqual([]);
  });

  test('another image, a missing, a stopped and an unhealthy container are told apart', async () => {
    const { look, plan } = await deployed();
    const seen = await look();
    const change = (service: string, values: object) =>
      seen.map((one) => (one.labels[LABELS.service] === service ? { ...one, ...values } : one));
    expect(kinds(driftOf(plan, change('web', { imageId: imageOf('web', 'two').configDigest })))).toEqual([
      'wrong_digest web',
    ]);
    expect(kinds(driftOf(plan, seen.slice(1)))).toHaveLength(1);
    expect(kinds(driftOf(plan, change('web', { state: 'exited' })))).toEqual(['missing web']);
    expect(kinds(driftOf(plan, change('api', { health: 'unhealthy' })))).toEqual(['unhealthy api']);
    expect(kinds(driftOf(plan, change('api', { state: 'restarting' })))).toEqual(['unhealthy api']);
    expect(kinds(driftOf(plan, []))).toEqual(['missing api', 'missing web']);
  });

  test('a second container, a service that nobody planned and a deployment that nobody knows are rogue', async () => {
    const { look, plan } = await deployed();
    const seen = await look();
    const [api] = seen;
    if (api === undefined) throw new Error('nothing runs');
    const extra = (labels: Record<string, string>) => [...seen, { ...api, containerId: 'x', name: 'x', labels }];
    expect(kinds(driftOf(plan, extra(api.labels)))).toEqual(['rogue api']);
    expect(kinds(driftOf(plan, extra({ ...api.labels, [LABELS.service]: 'other' })))).toEqual(['rogue null']);
    const foreign = extra({ ...api.labels, [LABELS.project]: 'elsewhere', [LABELS.deployment]: 'unknown' });
    expect(driftOf(plan, foreign)).toEqual([]);
    expect(kinds(driftOf(plan, foreign, { knownDeployments: [plan.deploymentId] }))).toEqual(['rogue null']);
    expect(driftOf(plan, extra({}))).toEqual([]);
    expect(kinds(driftOf(plan, extra({}), { isExclusive: true }))).toEqual(['rogue null']);
  });
});
