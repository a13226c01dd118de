import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '@stella-ops/contracts/deployments';
import { describeNeeding } from '@stella-ops/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EngineEvents } from './engine-events.ts';
import { CALL_POINTS, chosenPoints, JOURNAL_POINTS, KILL_HOOK, SWAP } from './kill-points.ts';
import { Stage, STAGE_PARTS } from './stage.ts';
import { until } from './until.ts';

type Version = '1.1.0' | '1.2.0';

describeNeeding(STAGE_PARTS, 'deployments whose processes are killed at every point', () => {
  let stage: Stage;
  let events: EngineEvents;
  let current: Version = '1.2.0';

  beforeAll(async () => {
    stage = await Stage.open();
    events = EngineEvents.listen(stage.engine.host);
    await stage.setUp();
    for (const version of ['1.1.0', '1.2.0'] as const) {
      await stage.release(version);
      await stage.promote(version);
      expect(await stage.deploy(version)).toMatchObject({ state: 'succeeded' });
    }
  }, 900_000);
  afterAll(async () => {
    events?.close();
    await stage?.close();
  });

  /** Goes to the other release with a rollback, which needs no approval. */
  async function begin(): Promise<{ readonly deployment: Deployment; readonly version: Version }> {
    const version = current === '1.2.0' ? '1.1.0' : '1.2.0';
    // It must be pulled again.
    await stage.engine.docker('rmi', '--force', stage.versions[version]).catch(() => undefined);
    const words = ['deployment', 'rollback', 'prod', '--to', `shop@${version}`, '--reason', 'a test', '--no-wait'];
    return { deployment: await stage.people.rosa.json<Deployment>(words), version };
  }

  /** Once, whoever was killed: one container made, started once, and nothing else left. */
  async function expectOnce({ deployment, version }: Awaited<ReturnType<typeof begin>>): Promise<void> {
    const ended = await until(
      () => stage.people.rosa.json<Deployment>(['deployment', 'show', deployment.id]),
      ({ state }) => state === 'rolled_back' || state === 'failed',
    );
    expect(ended, JSON.stringify(ended.tasks)).toMatchObject({ state: 'rolled_back' });
    current = version;
    await events.upToNow();
    const count = (action: string) => events.count(action, deployment.id);
    expect({ created: count('create'), started: count('start') }).toEqual({ created: 1, started: 1 });
    const left = await stage.engine.containersWith('stella.environment=prod');
    expect(left).toMatchObject([{ isRunning: true, imageId: stage.versions[version] }]);
    expect(left[0]?.labels['stella.deployment.id']).toBe(deployment.id);
  }

  test('the points named here are all there are', async () => {
    await stage.agent?.end();
    const file = join(stage.folder, 'points.json');
    await stage.startAgent({ NODE_OPTIONS: KILL_HOOK, STELLA_KILL_COUNT: file });
    await expectOnce(await begin());
    await stage.agent?.end();
    await stage.startAgent();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(SWAP);
  });

  test.each(chosenPoints([...JOURNAL_POINTS, ...CALL_POINTS]))(
    'agent killed at %s: one create, one start, deployed',
    async (point) => {
      await stage.agent?.end();
      const agent = await stage.startAgent({ NODE_OPTIONS: KILL_HOOK, STELLA_KILL: point });
      const begun = await begin();
      await agent.killed();
      await stage.startAgent();
      await expectOnce(begun);
    },
  );

  test.each(chosenPoints(JOURNAL_POINTS.filter((_, index) => index % 3 === 0)))(
    'server killed at %s: one create, one start, deployed',
    async (point) => {
      await stage.agent?.end();
      const { server } = stage;
      const env = { NODE_OPTIONS: KILL_HOOK, STELLA_KILL: point, STELLA_KILL_PID: String(server.pid) };
      await stage.startAgent(env);
      const begun = await begin();
      expect(await server.ended).toMatchObject({ signal: 'SIGKILL' });
      await stage.restartServer();
      await expectOnce(begun);
    },
  );
});
