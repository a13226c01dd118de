import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ComposePlan,
  modelOrThrow,
  readCompose,
  type ReleaseImage,
  renderCompose,
} from '@stella-ops/engine-compose';
import {
  dockerExecutor,
  driftOf,
  executePlan,
  fileJournal,
  type Journal,
  observeTarget,
} from '@stella-ops/engine-deploy';
import { containerClient } from '@stella-ops/engine-docker';
import { digestOf } from '@stella-ops/engine-kernel';
import { describeNeeding, type DockerRegistry, startDockerRegistry } from '@stella-ops/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { pushImage, run } from './deploy-images.ts';
import { EngineEvents } from './main-job/engine-events.ts';

// An engine without networks is enough: the services of this test need none.
const TEMPLATE = `
services:
  db:
    image: component:db
    network_mode: none
    volumes: ["data:/data"]
  web:
    image: component:web
    network_mode: none
    init: true
    stop_grace_period: 1s
    environment: {GREETING: "hello $$HOME"}
    depends_on: [db]
    healthcheck: {test: [CMD, /bin/sh, -c, "test \\"$$READY\\" = yes"], interval: 1s, timeout: 60s, retries: 2}
volumes: {data: {}}
`;

const WORK = new Set(['create', 'start', 'destroy']);

describeNeeding(['docker', 'registry'], 'deployments to a real engine', () => {
  const host = process.env['DOCKER_HOST'];
  const docker = containerClient(host === undefined ? {} : { host });
  const project = `stella-e2e-deploy-${process.pid}`;
  const images = new Map<string, ReleaseImage>();
  let folder = '';
  let registry: DockerRegistry;
  let events: EngineEvents;
  let serial = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stella-deploy-e2e-'));
    registry = await startDockerRegistry(join(folder, 'registry'));
    events = EngineEvents.listen();
    const command = 'CMD ["/bin/sh","-c","echo started $VERSION; exec sleep 1000"]';
    const push = async (name: string, ...more: string[]) => {
      const [component = ''] = name.split(' ');
      const tag = name.split(' ')[1] ?? '';
      const repository = `${registry.host}/e2e/${component}`;
      images.set(name, await pushImage(folder, repository, tag, [`ENV VERSION=${tag}-${project}`, command, ...more]));
    };
    await push('db one');
    await push('web one', 'ENV READY=yes');
    await push('web two', 'ENV READY=yes');
    await push('web bad', 'ENV READY=no');
  });
  afterEach(async () => {
    for (const row of await docker.listContainers([`stella.project=${project}`])) await docker.removeContainer(row.id);
  });
  afterAll(async () => {
    await run('docker', ['volume', 'rm', '-f', `${project}_data`]);
    for (const { configDigest } of images.values())
      await run('docker', ['rmi', '-f', configDigest ?? '']).catch(() => undefined);
    await registry?.stop();
    events?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const imageOf = (name: string): ReleaseImage => {
    const image = images.get(name);
    if (image === undefined) throw new Error(`no image ${name}`);
    return image;
  };
  const planOf = (web: string, image = imageOf(`web ${web}`)): ComposePlan =>
    renderCompose(modelOrThrow(readCompose(Buffer.from(TEMPLATE), 'compose.yaml')), {
      project,
      images: { db: imageOf('db one'), web: image },
      labels: { deploymentId: `deployment-${++serial}`, releaseId: `release-${web}`, environment: 'test' },
    }).plan;
  const executor = () => dockerExecutor({ docker, folder: join(folder, 'target'), pollMs: 100, settleMs: 500 });
  const deploy = (plan: ComposePlan, journal: Journal = fileJournal(join(folder, `${plan.deploymentId}.journal`))) =>
    executePlan(plan, executor(), journal, {
      target: 'this host',
      clock: { now: () => '2026-01-02T03:04:05.000Z' },
      signal: new AbortController().signal,
    });
  const running = async () => {
    const seen = await observeTarget(executor(), new AbortController().signal);
    return seen.filter((one) => one.labels['stella.project'] === project && one.state === 'running');
  };
  /** What the engine itself says happened to the containers of a deployment. */
  async function eventsOf(work: () => Promise<unknown>, deploymentId: string): Promise<string[]> {
    await work();
    await events.upToNow();
    return events
      .of(deploymentId)
      .filter(({ action, attributes }) => WORK.has(action) && attributes['stella.project'] === project)
      .map(({ action, attributes }) => `${action} ${attributes['stella.service']}`);
  }

  test('images are pulled by digest, run with the planned settings, and the receipt says so', async () => {
    const plan = planOf('one');
    const events = await eventsOf(async () => {
      const result = await deploy(plan);
      expect(result.receipt).toMatchObject({ outcome: 'succeeded', error: null });
      expect(result.receipt.services.map((one) => [one.service, one.imageId])).toEqual([
        ['db', imageOf('db one').configDigest],
        ['web', imageOf('web one').configDigest],
      ]);
    }, plan.deploymentId);
    expect(events).toEqual(['create db', 'start db', 'create web', 'start web']);
    const seen = await running();
    expect(driftOf(plan, seen)).toEqual([]);
    const web = seen.find((one) => one.labels['stella.service'] === 'web');
    const { stdout } = await run('docker', ['inspect', web?.containerId ?? '']);
    const [inspected] = JSON.parse(stdout) as [
      { Config: { Env: string[] }; HostConfig: { Init: boolean; NetworkMode: string } },
    ];
    expect(inspected.Config.Env).toContain('GREETING=hello $HOME');
    expect(inspected.HostConfig).toMatchObject({ Init: true, NetworkMode: 'none' });
    expect(await docker.containerLogs(web?.containerId ?? '', 5)).toBe(`started one-${project}\n`);
    expect(readFileSync(join(folder, 'target', 'compose.stella.lock.yml'), 'utf8')).toContain(
      imageOf('web one').manifestDigest,
    );
    expect(existsSync(join(folder, 'target', 'stella.version.json'))).toBe(true);
  });

  test('the same again touches nothing; another image replaces that service alone; the earlier one comes back', async () => {
    await deploy(planOf('one'));
    const first = await running();
    const again = planOf('one');
    expect(await eventsOf(() => deploy(again), again.deploymentId)).toEqual([]);
    expect(await running()).toEqual(first);

    const two = planOf('two');
    expect(await eventsOf(() => deploy(two), two.deploymentId)).toEqual(['create web', 'start web']);
    expect(new Set((await running()).map((one) => one.imageId))).toEqual(
      new Set([imageOf('db one').configDigest, imageOf('web two').configDigest]),
    );
    expect(driftOf(again, await running())).toMatchObject([{ kind: 'wrong_digest', service: 'web' }]);

    const back = planOf('one');
    expect((await deploy(back)).outcome).toBe('succeeded');
    expect(driftOf(back, await running())).toEqual([]);
  });

  test('when health never comes the old container serves, and the new one is gone', async () => {
    await deploy(planOf('one'));
    const before = await running();
    const bad = planOf('bad');
    const result = await deploy(bad);
    expect(result.receipt).toMatchObject({ outcome: 'failed', error: { code: 'DEPLOY_NOT_HEALTHY' } });
    expect((await running()).map((one) => one.containerId)).toEqual(before.map((one) => one.containerId));
    expect(
      await docker.listContainers([`stella.deployment.id=${bad.deploymentId}`, `stella.project=${project}`]),
    ).toEqual([]);
  });

  test('a digest that the registry does not have, and a registry that is gone, are told before anything changes', async () => {
    await deploy(planOf('one'));
    const before = await running();
    const missing = { ...imageOf('web two'), manifestDigest: digestOf('nothing'), configDigest: digestOf('no config') };
    expect((await deploy(planOf('two', missing))).receipt.error?.code).toBe('DOCKER_PULL_NOT_FOUND');
    const gone = { ...missing, repository: '127.0.0.1:1/e2e/web' };
    const result = await executePlan(planOf('two', gone), executor(), fileJournal(join(folder, 'gone.journal')), {
      target: 'this host',
      clock: { now: () => '2026-01-02T03:04:05.000Z' },
      signal: new AbortController().signal,
      retryPausesMs: [10],
    });
    expect(result.receipt.error?.code).toBe('DOCKER_REGISTRY_UNREACHABLE');
    const arm = { ...imageOf('web two'), platform: { os: 'linux', architecture: 's390x' } };
    expect((await deploy(planOf('two', arm))).receipt.error?.code).toBe('DEPLOY_PLATFORM');
    expect(await running()).toEqual(before);
  });

  test('a process that dies at an entry of its journal is resumed without a second create or start', async () => {
    for (const [entries, isUpdate] of [
      [3, true],
      [7, false],
      [11, true],
      [15, false],
      [18, true],
      [22, false],
    ] as const) {
      await deploy(planOf('one'));
      const plan = planOf(isUpdate ? 'two' : 'one');
      for (const row of isUpdate ? [] : await docker.listContainers([`stella.project=${project}`])) {
        await docker.removeContainer(row.id);
      }
      const journal = fileJournal(join(folder, `${plan.deploymentId}.journal`));
      let left = entries;
      const dying: Journal = {
        read: () => journal.read(),
        append: async (entry) => {
          if (--left < 0) throw new Error('killed');
          await journal.append(entry);
        },
      };
      const events = await eventsOf(async () => {
        await deploy(plan, dying).catch((error: unknown) => expect(error).toMatchObject({ message: 'killed' }));
        expect((await deploy(plan, journal)).outcome).toBe('succeeded');
      }, plan.deploymentId);
      const services = isUpdate ? ['web'] : ['db', 'web'];
      expect(events, `${entries} entries`).toEqual(services.flatMap((one) => [`create ${one}`, `start ${one}`]));
      expect(driftOf(plan, await running())).toEqual([]);
    }
  });
});
