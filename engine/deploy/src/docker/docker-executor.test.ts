import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { driftOf } from '../drift.ts';
import { engineError, type FakeEngine, Killed } from '../testing/fake-engine.ts';
import {
  deploy,
  engineWith,
  imageOf,
  mark,
  memoryJournal,
  planOf,
  temporaryFolder,
  TWO_SERVICES,
} from '../testing/world.ts';
import { observeEngine } from './observe-engine.ts';
import { planDeployment } from './plan-deployment.ts';

const NO_PORTS = TWO_SERVICES.replace(/ {4}ports: .*\n/, '');
const count = (engine: FakeEngine, event: string): number => engine.events.filter((one) => one === event).length;
const states = (result: { steps: readonly { id: string; state: string }[] }): Record<string, string> =>
  Object.fromEntries(result.steps.map((step) => [step.id, step.state]));

describe('a deployment to an engine', () => {
  test('starts each service after those that it depends on, and tells what runs', async () => {
    const engine = engineWith('one');
    const folder = temporaryFolder();
    const plan = planOf('one');
    const result = await deploy(engine, plan, folder);
    expect(result.outcome).toBe('succeeded');
    expect(engine.events).toEqual([
      `create api ${mark('api', 'one')}`,
      `start api ${mark('api', 'one')}`,
      `create web ${mark('web', 'one')}`,
      `start web ${mark('web', 'one')}`,
    ]);
    expect(result.receipt).toMatchObject({
      format: 'stella.receipt/v1',
      deploymentId: 'deployment of one',
      target: 'host-1',
      outcome: 'succeeded',
      error: null,
    });
    expect(result.receipt.services).toEqual(
      ['api', 'web'].map((service) => ({
        service,
        containerId: expect.any(String) as string,
        imageId: imageOf(service, 'one').configDigest,
        manifestDigest: imageOf(service, 'one').manifestDigest,
        configDigest: imageOf(service, 'one').configDigest,
        startedAt: '2026-01-01T00:00:00Z',
      })),
    );
    expect(new Set(result.steps.map((step) => step.state))).toEqual(new Set(['done']));
    expect(driftOf(plan, await observeEngine(engine.client))).toEqual([]);
  });

  test('what is written on the host names the release, and only its owner reads it', async () => {
    const engine = engineWith('one');
    const folder = temporaryFolder();
    await deploy(engine, planOf('one'), folder);
    const version = JSON.parse(readFileSync(join(folder, 'stella.version.json'), 'utf8')) as unknown;
    expect(version).toMatchObject({
      format: 'stella.version/v1',
      releaseId: 'one',
      recordedAt: '2026-01-02T03:04:05.000Z',
    });
    const lock = join(folder, 'compose.stella.lock.yml');
    expect(readFileSync(lock, 'utf8')).toContain(`registry.example/shop/web@${imageOf('web', 'one').manifestDigest}`);
    expect(statSync(lock).mode & 0o777).toBe(0o600);
  });

  test('the same release again touches no container', async () => {
    const engine = engineWith('one');
    const folder = temporaryFolder();
    await deploy(engine, planOf('one'), folder);
    const before = [...engine.events];
    const plan = planOf('one', TWO_SERVICES, 'another deployment');
    expect(planDeployment(plan, await observeEngine(engine.client)).map((step) => step.id)).toEqual(['record']);
    expect((await deploy(engine, plan, folder)).outcome).toBe('succeeded');
    expect(engine.events).toEqual(before);
    expect(driftOf(plan, await observeEngine(engine.client))).toEqual([]);
  });

  test('a service without fixed port stays until its successor is healthy; one with a port goes first and says so', async () => {
    const engine = engineWith('one', 'two');
    const folder = temporaryFolder();
    await deploy(engine, planOf('one'), folder);
    engine.events.length = 0;
    const result = await deploy(engine, planOf('two'), folder);
    const [api1, api2, web1, web2] = [mark('api', 'one'), mark('api', 'two'), mark('web', 'one'), mark('web', 'two')];
    expect(engine.events).toEqual([
      `create api ${api2}`,
      `start api ${api2}`,
      `stop api ${api1}`,
      `stop web ${web1}`,
      `create web ${web2}`,
      `start web ${web2}`,
      `remove api ${api1}`,
      `remove web ${web1}`,
    ]);
    const stop = result.steps.find((step) => step.id === 'web:stop');
    expect(stop?.sentence).toContain('because it publishes port 8080 of the host: web is away for about');
  });

  test('a service alone is replaced when only it changed', async () => {
    const engine = engineWith('one');
    const folder = temporaryFolder();
    await deploy(engine, planOf('one'), folder);
    engine.events.length = 0;
    await deploy(engine, planOf('one', TWO_SERVICES.replace('8080', '8081'), 'other settings'), folder);
    expect(engine.events.map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual([
      'stop web',
      'create web',
      'start web',
      'remove web',
    ]);
  });

  test('services that left the template are removed at the end, containers of others are not', async () => {
    const engine = engineWith('one');
    const folder = temporaryFolder();
    await deploy(engine, planOf('one'), folder);
    await engine.client.createContainer('stranger', { Image: 'x', Labels: {}, HostConfig: { PortBindings: {} } });
    await deploy(
      engine,
      planOf(
        'one',
        'services: {api: {image: "component:api", healthcheck: {test: a, interval: 1ms, timeout: 1ms}}}',
        'less',
      ),
      folder,
    );
    expect(engine.running()).toEqual([`api ${mark('api', 'one')}`]);
    expect([...engine.containers.values()].map((one) => one.name)).toContain('stranger');
  });

  test('a service under another name takes the port over, and gives it back when it fails', async () => {
    const engine = engineWith('one', 'two');
    const folder = temporaryFolder();
    await deploy(engine, planOf('one'), folder);
    const renamed = TWO_SERVICES.replace('  web:\n', '  front:\n');
    engine.behaviour.set(imageOf('web', 'two').manifestDigest, 'exits');
    const failed = await deploy(engine, planOf('two', renamed), folder);
    expect(failed.receipt.error?.code).toBe('DEPLOY_NOT_HEALTHY');
    expect(engine.running()).toEqual([`api ${mark('api', 'one')}`, `web ${mark('web', 'one')}`]);
    engine.behaviour.clear();
    const result = await deploy(engine, planOf('two', renamed, 'again'), folder);
    expect(result.outcome, JSON.stringify(result.receipt.error)).toBe('succeeded');
    expect(engine.running()).toEqual([`api ${mark('api', 'two')}`, `front ${mark('web', 'two')}`]);
    const stop = result.steps.find(({ id }) => id === 'orphans:stop');
    expect(stop?.sentence).toMatch(
      /^Stop shop-web-\w{8} first, for front may have to take over from it: it publishes port 8080 of the host$/,
    );
  });

  test('a fixed name goes to a service under another name, and back when that fails', async () => {
    const engine = engineWith('one', 'two');
    const template = TWO_SERVICES.replace('ports: ["8080:80"]', 'container_name: shop-web');
    const renamed = template.replace('  web:\n', '  front:\n');
    const folder = temporaryFolder();
    await deploy(engine, planOf('one', template), folder);
    const named = () => [...engine.containers.values()].find((one) => one.name === 'shop-web');
    engine.behaviour.set(imageOf('web', 'two').manifestDigest, 'exits');
    expect((await deploy(engine, planOf('two', renamed), folder)).receipt.error?.code).toBe('DEPLOY_NOT_HEALTHY');
    expect(named()).toMatchObject({ imageId: imageOf('web', 'one').configDigest, state: 'running' });
    engine.behaviour.clear();
    expect((await deploy(engine, planOf('two', renamed, 'again'), folder)).outcome).toBe('succeeded');
    expect(named()).toMatchObject({ imageId: imageOf('web', 'two').configDigest, state: 'running' });
  });

  test('a fixed name goes from the old container to the new one, and back when that fails', async () => {
    const engine = engineWith('one', 'two', 'bad');
    const template = TWO_SERVICES.replace('ports: ["8080:80"]', 'container_name: shop-web');
    const folder = temporaryFolder();
    await deploy(engine, planOf('one', template), folder);
    await deploy(engine, planOf('two', template), folder);
    const named = () => [...engine.containers.values()].find((one) => one.name === 'shop-web');
    expect(named()?.imageId).toBe(imageOf('web', 'two').configDigest);
    engine.behaviour.set(imageOf('web', 'bad').manifestDigest, 'exits');
    expect((await deploy(engine, planOf('bad', template), folder)).outcome).toBe('failed');
    expect(named()).toMatchObject({ imageId: imageOf('web', 'two').configDigest, state: 'running' });
  });

  test('a rollback is a deployment of the earlier images', async () => {
    const engine = engineWith('one', 'two');
    const folder = temporaryFolder();
    await deploy(engine, planOf('one'), folder);
    await deploy(engine, planOf('two'), folder);
    const back = planOf('one', TWO_SERVICES, 'rollback');
    expect((await deploy(engine, back, folder)).outcome).toBe('succeeded');
    expect(engine.running()).toEqual([`api ${mark('api', 'one')}`, `web ${mark('web', 'one')}`]);
    expect(driftOf(back, await observeEngine(engine.client))).toEqual([]);
  });
});

describe('a deployment that fails', () => {
  const withOne = async () => {
    const engine = engineWith('one', 'two');
    const folder = temporaryFolder();
    await deploy(engine, planOf('one'), folder);
    engine.events.length = 0;
    return { engine, folder };
  };
  const OLD = [`api ${mark('api', 'one')}`, `web ${mark('web', 'one')}`];

  test.each([
    ['exits', 'web', 'ended with code 3; it said: last words'],
    ['restarts', 'web', 'again and again'],
    ['unhealthy', 'api', 'is unhealthy'],
  ] as const)('the old containers run again when the new one %s', async (behaviour, component, sentence) => {
    const { engine, folder } = await withOne();
    engine.behaviour.set(imageOf(component, 'two').manifestDigest, behaviour);
    const result = await deploy(engine, planOf('two'), folder);
    expect(result.outcome).toBe('failed');
    expect(result.receipt.error).toMatchObject({
      code: 'DEPLOY_NOT_HEALTHY',
      message: expect.stringContaining(sentence) as string,
    });
    expect(engine.running()).toEqual(OLD);
    expect(states(result)).toMatchObject({
      'api:create': 'undone',
      [`${component}:wait-healthy`]: 'failed',
      record: 'skipped',
      'undo:api:remove': 'done',
    });
    expect(result.receipt.services.map((one) => one.manifestDigest)).toEqual(
      ['api', 'web'].map((one) => imageOf(one, 'one').manifestDigest),
    );
    // Nothing of the failed deployment is left, and a second try finds the ground as it was.
    expect(engine.containers.size).toBe(2);
    engine.behaviour.clear();
    expect((await deploy(engine, planOf('two'), folder)).outcome).toBe('succeeded');
  });

  test.each([
    ['the registry has lost the image', (engine: FakeEngine) => engine.registry.clear(), 'DOCKER_PULL_NOT_FOUND'],
    [
      'the host has another architecture',
      (engine: FakeEngine) => Object.assign(engine, { architecture: 'arm64' }),
      'DEPLOY_PLATFORM',
    ],
    [
      'another image has the name',
      (engine: FakeEngine) => {
        const { repository, manifestDigest } = imageOf('api', 'two');
        engine.publish(repository, manifestDigest, imageOf('web', 'one').configDigest ?? manifestDigest);
      },
      'DEPLOY_DIGEST_MISMATCH',
    ],
    [
      'the registry stays away',
      (engine: FakeEngine) =>
        engine.faults.set('pullImage', Array(3).fill(engineError('DOCKER_REGISTRY_UNREACHABLE', 'connection refused'))),
      'DOCKER_REGISTRY_UNREACHABLE',
    ],
    [
      'a network of that name is not ours',
      (engine: FakeEngine) => engine.networks.set('shop_default', {}),
      'DEPLOY_RESOURCE_FOREIGN',
    ],
  ])('nothing is touched when %s', async (_, arrange, code) => {
    const { engine, folder } = await withOne();
    arrange(engine);
    const result = await deploy(engine, planOf('two'), folder);
    expect(result.receipt).toMatchObject({ outcome: 'failed', error: { code } });
    expect(result.receipt.error?.hint).not.toBe('');
    expect(engine.events).toEqual([]);
  });

  test('a port that somebody else has is told, and the old container serves again', async () => {
    const { engine, folder } = await withOne();
    const bindings = { PortBindings: { '80/tcp': [{ HostPort: '8081' }] } };
    await engine.client.createContainer('stranger', { Image: 'x', Labels: {}, HostConfig: bindings });
    await engine.client.startContainer('stranger');
    const result = await deploy(engine, planOf('two', TWO_SERVICES.replace('8080', '8081')), folder);
    expect(result.receipt.error).toMatchObject({
      code: 'DOCKER_PORT_TAKEN',
      message: 'port 8081 is already allocated',
    });
    expect(engine.running()).toEqual(expect.arrayContaining(OLD));
  });

  test('old containers that an engine let die when it was killed run again, though nobody had stopped them', async () => {
    const { engine, folder } = await withOne();
    const { startContainer } = engine.client;
    const client = {
      ...engine.client,
      startContainer: async (id: string) => {
        const started = await startContainer(id);
        // An engine that comes back has ended all containers that ask for no restart.
        if (engine.containers.get(id)?.imageId === imageOf('api', 'two').configDigest) {
          for (const one of engine.containers.values()) one.state = 'exited';
        }
        return started;
      },
    };
    const killed = Object.assign(Object.create(engine) as FakeEngine, { client });
    const result = await deploy(killed, planOf('two', NO_PORTS), folder);
    expect(result.receipt.error).toMatchObject({ code: 'DEPLOY_NOT_HEALTHY' });
    // Also the service whose turn had not come.
    expect(engine.running()).toEqual(OLD);
    expect(states(result)).toMatchObject({ 'undo:keep': 'done', 'undo:api:remove': 'done' });
  });

  test('an engine that is away for a moment is waited for', async () => {
    const { engine, folder } = await withOne();
    for (const call of ['createContainer', 'startContainer', 'stopContainer', 'pullImage']) {
      engine.faults.set(call, [engineError('DOCKER_NOT_RUNNING', 'nothing listens')]);
    }
    expect((await deploy(engine, planOf('two'), folder)).outcome).toBe('succeeded');
    expect(count(engine, `create web ${mark('web', 'two')}`)).toBe(1);
  });

  test('a container that the engine made although it never said so is the one', async () => {
    const { engine, folder } = await withOne();
    const { createContainer } = engine.client;
    let isFirst = true;
    const client = {
      ...engine.client,
      createContainer: async (...given: Parameters<typeof createContainer>) => {
        const made = await createContainer(...given);
        if (!isFirst) return made;
        isFirst = false;
        throw engineError('DOCKER_TORN', 'the connection ended before the answer did');
      },
    };
    const torn = Object.assign(Object.create(engine) as FakeEngine, { client });
    expect((await deploy(torn, planOf('two'), folder, memoryJournal(engine))).outcome).toBe('succeeded');
    expect(count(engine, `create api ${mark('api', 'two')}`)).toBe(1);
  });

  test('a name that a stranger holds is not taken from it', async () => {
    const engine = engineWith('one');
    await engine.client.createContainer('shop-web', { Image: 'x', Labels: {}, HostConfig: { PortBindings: {} } });
    const plan = planOf('one', TWO_SERVICES.replace('ports: ["8080:80"]', 'container_name: shop-web'));
    const result = await deploy(engine, plan, temporaryFolder());
    expect(result.receipt.error?.code).toBe('DEPLOY_NAME_TAKEN');
    expect(engine.running()).toEqual([]);
    expect([...engine.containers.values()].map((one) => one.name)).toEqual(['shop-web']);
  });

  test('a signal stops it before the next step, undoes nothing, and the journal goes on from there', async () => {
    const { engine, folder } = await withOne();
    const journal = memoryJournal(engine);
    const stop = new AbortController();
    const { startContainer } = engine.client;
    const client = {
      ...engine.client,
      startContainer: async (id: string) => {
        stop.abort();
        return startContainer(id);
      },
    };
    const stopping = Object.assign(Object.create(engine) as FakeEngine, { client });
    await expect(deploy(stopping, planOf('two'), folder, journal, stop.signal)).rejects.toMatchObject({
      code: 'DEPLOY_INTERRUPTED',
      retryable: true,
    });
    expect(engine.running()).toContain(`api ${mark('api', 'two')}`);
    expect((await deploy(engine, planOf('two'), folder, journal)).outcome).toBe('succeeded');
    expect(count(engine, `start api ${mark('api', 'two')}`)).toBe(1);
  });

  test('a journal of another plan is refused', async () => {
    const { engine, folder } = await withOne();
    const journal = memoryJournal(engine);
    await deploy(engine, planOf('two'), folder, journal);
    await expect(deploy(engine, planOf('one', TWO_SERVICES, 'x'), folder, journal)).rejects.toMatchObject({
      code: 'DEPLOY_JOURNAL_INVALID',
    });
  });
});

// Each of its tests deploys some two hundred times: seconds on a quiet machine, far more on one with other work.
describe('a process that is killed at any point', { timeout: 180_000 }, () => {
  /** Runs with a kill after `points` calls and entries, then resumes with the same journal. */
  async function killedAt(points: number, isBad: boolean, template: string) {
    const engine = engineWith('one', 'two');
    const folder = temporaryFolder();
    await deploy(engine, planOf('one', template), folder);
    if (isBad) engine.behaviour.set(imageOf('web', 'two').manifestDigest, 'exits');
    engine.events.length = 0;
    const journal = memoryJournal(engine);
    engine.untilKill = points;
    const first = await deploy(engine, planOf('two', template), folder, journal).catch((error: unknown) => error);
    const wasKilled = engine.isDead;
    engine.revive();
    if (wasKilled) expect(first).toBeInstanceOf(Killed);
    const result = await deploy(engine, planOf('two', template), folder, journal);
    return { engine, result, wasKilled };
  }

  test.each([
    ['stop-first', TWO_SERVICES],
    ['start-first', NO_PORTS],
  ])('creates and starts each container once, %s', async (_, template) => {
    let points = 0;
    for (; ; points++) {
      const { engine, result, wasKilled } = await killedAt(points, false, template);
      expect(result.outcome, `killed at point ${points}`).toBe('succeeded');
      for (const service of ['api', 'web']) {
        for (const action of ['create', 'start']) {
          expect(
            count(engine, `${action} ${service} ${mark(service, 'two')}`),
            `${action} ${service}, killed at ${points}`,
          ).toBe(1);
        }
      }
      expect(engine.running()).toEqual([`api ${mark('api', 'two')}`, `web ${mark('web', 'two')}`]);
      expect(engine.containers.size).toBe(2);
      if (!wasKilled) break;
    }
    expect(points).toBeGreaterThan(80);
  });

  test('takes a failed deployment back whole', async () => {
    for (let points = 0; ; points++) {
      const { engine, result, wasKilled } = await killedAt(points, true, TWO_SERVICES);
      expect(result.receipt.error?.code, `killed at point ${points}`).toBe('DEPLOY_NOT_HEALTHY');
      expect(engine.running(), `killed at point ${points}`).toEqual([
        `api ${mark('api', 'one')}`,
        `web ${mark('web', 'one')}`,
      ]);
      expect(engine.containers.size).toBe(2);
      expect(count(engine, `start web ${mark('web', 'two')}`)).toBe(1);
      if (!wasKilled) break;
    }
  });

  test('without its journal, what it made is taken up, and nothing is made or started twice', async () => {
    let points = 0;
    for (let isKilled = true; isKilled; points++) {
      const engine = engineWith('one', 'two');
      const folder = temporaryFolder();
      await deploy(engine, planOf('one'), folder);
      engine.untilKill = points;
      isKilled = await deploy(engine, planOf('two'), folder).then(
        () => false,
        (error: unknown) => error instanceof Killed,
      );
      engine.revive();
      // Another process with the same identity, and a data folder of its own.
      const result = await deploy(engine, planOf('two'), folder);
      expect(result.outcome, `killed at ${points}`).toBe('succeeded');
      for (const service of ['api', 'web']) {
        const begun = ['create', 'start'].map((action) =>
          count(engine, `${action} ${service} ${mark(service, 'two')}`),
        );
        expect(begun, `${service}, killed at ${points}`).toEqual([1, 1]);
      }
      expect(engine.running()).toEqual([`api ${mark('api', 'two')}`, `web ${mark('web', 'two')}`]);
      expect(engine.containers.size, `killed at ${points}`).toBe(2);
    }
    expect(points).toBeGreaterThan(30);
  });

  test('answers the receipt again when the run had ended', async () => {
    const engine = engineWith('one');
    const journal = memoryJournal(engine);
    const folder = temporaryFolder();
    const first = await deploy(engine, planOf('one'), folder, journal);
    const calls = engine.events.length;
    expect(await deploy(engine, planOf('one'), folder, journal)).toEqual(first);
    expect(engine.events).toHaveLength(calls);
  });
});
