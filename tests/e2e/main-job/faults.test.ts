import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment, Target } from '@stella-ops/contracts/deployments';
import type { Promotion } from '@stella-ops/contracts/releases';
import type { ReleaseImage } from '@stella-ops/engine-compose';
import { describeNeeding } from '@stella-ops/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claimPlatform, run } from '../deploy-images.ts';
import { enrolAgent, startAgentProcess } from './agent-process.ts';
import { type Enrolment, Fleet, FLEET_PARTS, type FleetHost, LISTENS } from './fleet.ts';
import { KILL_HOOK } from './kill-points.ts';
import { until } from './until.ts';

// Long and often: a busy machine may take a while for a check, and until a container listens.
const HEALTH = { test: LISTENS, interval: '300ms', timeout: '60s', retries: 100 };
const WEB = {
  image: 'component:web',
  network_mode: 'none',
  init: true,
  stop_grace_period: '1s',
  healthcheck: HEALTH,
};
const TEMPLATE = { services: { web: WEB } };
const onPort = (port: number) => ({
  services: { web: { ...WEB, network_mode: undefined, ports: [`${port}:8080`] } },
});
const HOSTS = ['calm', 'crowded', 'lonely', 'torn', 'dead'] as const;
const ENVIRONMENT = 'prod';
const LEASE_SECONDS = 4;

/** How a deployment ended that could not succeed, and how it reads. */
interface Failure {
  readonly deployment: Deployment;
  readonly text: string;
}

describeNeeding(FLEET_PARTS, 'what goes wrong on hosts', () => {
  let fleet: Fleet;
  let images: Readonly<Record<string, ReleaseImage>>;

  beforeAll(async () => {
    fleet = await Fleet.open(HOSTS, { settings: { 'releases.leaseSeconds': String(LEASE_SECONDS) }, isApart: true });
    images = { 1: await fleet.push('web', '1'), 2: await fleet.push('web', '2') };
    const settle = async ({ name, company }: FleetHost) => {
      await company.admin.json(['component', 'create', 'web', `${fleet.registry.host}/shop/web`]);
      await company.environment(ENVIRONMENT, name === 'crowded' ? onPort(8080) : TEMPLATE, [name]);
      expect(await company.deploy(ENVIRONMENT, { web: '1' })).toMatchObject({ state: 'succeeded' });
    };
    await Promise.all(fleet.hosts.map(settle));
  });
  afterAll(() => fleet?.close());

  const idOf = (version: string): string => images[version]?.configDigest ?? '';
  const otherThan = (id: string | undefined): string => (id === idOf('1') ? '2' : '1');
  const oursOn = (host: FleetHost) => host.engine.containersWith('stella.project');
  const runningOn = async (host: FleetHost) => (await oursOn(host)).filter(({ isRunning }) => isRunning);

  /** The release that does not run there is to take the place of the one that does, and must be pulled for it. */
  async function begin(host: FleetHost): Promise<Deployment> {
    const version = otherThan((await host.running())['web']);
    const release = await host.company.release({ web: version });
    await host.engine.docker('rmi', '--force', idOf(version)).catch(() => undefined);
    return host.company.begin(ENVIRONMENT, release);
  }

  /** Ends in failure, with what ran before as it was. */
  async function failed(host: FleetHost, deployment: Deployment, before: readonly { id: string }[]): Promise<Failure> {
    const ended = await host.company.end(deployment.id);
    expect(ended, JSON.stringify(ended.tasks)).toMatchObject({ state: 'failed' });
    expect((await oursOn(host)).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect((await runningOn(host)).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    return { deployment: ended, text: await host.company.text(deployment.id) };
  }

  /** Everything that a person needs to know: what happened, where, what to do. */
  function expectSaid({ deployment, text }: Failure, code: string, sentence: RegExp, hint: string): void {
    expect(deployment.sentence).toMatch(sentence);
    expect(deployment.sentence).toMatch(/0 of 1 target took shop 1\.0\.\d+; resume it, or roll back\.$/);
    expect(text).toMatch(/FAILED/);
    expect(text).toContain(`(${code}; ${hint}`);
  }

  async function resumed(host: FleetHost, { deployment }: Failure): Promise<void> {
    const old = (await host.running())['web'];
    const done = await host.company.resume(deployment.id);
    expect(done).toMatchObject({ state: 'succeeded', tasks: [{ attempt: 2 }] });
    expect(await runningOn(host)).toMatchObject([{ imageId: idOf(otherThan(old)) }]);
  }

  /** The agent stands still at a point of the next deployment. */
  async function standStillAt(host: FleetHost, point: string): Promise<void> {
    await host.agent.end();
    await host.startAgent({ NODE_OPTIONS: KILL_HOOK, STELLA_KILL: point, STELLA_KILL_SIGNAL: 'SIGSTOP' });
  }

  test('an image for another architecture is not deployed: the promotion stays approved and says why', async () => {
    const host = fleet.host('calm');
    const before = await oursOn(host);
    await claimPlatform(`${fleet.registry.host}/shop/web`, '1', 'other', 's390x');
    const release = await host.company.release({ web: 'other' });
    await host.company.admin.json<Promotion>(['promotion', 'request', release, ENVIRONMENT]);
    const sentence = /no image of web for linux\/\w+, the platform of prod-calm/;
    const promotion = await until(
      () => host.company.admin.json<Promotion>(['promotion', 'show', `${release}:prod`]),
      (one) => sentence.test(one.sentence),
    );
    expect(promotion.state).toBe('approved');
    const asked = await host.company.admin.run(['promotion', 'deploy', `${release}:prod`]);
    expect(asked).toMatchObject({ exit: 2, stdout: '' });
    expect(asked.stderr).toContain('error PLATFORM_MISSING: ');
    expect(asked.stderr).toMatch(sentence);
    expect(asked.stderr).toContain('hint: Build the image for the platform of the target, and release it.');
    expect(await oursOn(host)).toEqual(before);
  });

  test('a digest that the registry has lost since: nothing is touched, and pushed again it is deployed', async () => {
    const host = fleet.host('calm');
    const before = await oursOn(host);
    const version = otherThan((await host.running())['web']);
    const digest = images[version]?.manifestDigest ?? '';
    const release = await host.company.release({ web: version });
    await host.engine.docker('rmi', '--force', idOf(version)).catch(() => undefined);
    const repository = join(
      fleet.folder,
      'registry',
      'data',
      'docker',
      'registry',
      'v2',
      'repositories',
      'shop',
      'web',
    );
    const manifest = join(repository, '_manifests', 'revisions', 'sha256', digest.replace('sha256:', ''));
    const kept = join(fleet.folder, 'kept');
    expect(existsSync(manifest)).toBe(true);
    cpSync(manifest, kept, { recursive: true });
    rmSync(manifest, { recursive: true });
    const failure = await failed(host, await host.company.begin(ENVIRONMENT, release), before);
    const hint = 'Push the image again, or choose a release whose images the registry still has.';
    expectSaid(
      failure,
      'DOCKER_PULL_NOT_FOUND',
      new RegExp(`^prod-calm failed: .*/shop/web@${digest}: manifest`),
      hint,
    );
    cpSync(kept, manifest, { recursive: true });
    rmSync(kept, { recursive: true });
    await resumed(host, failure);
  });

  test('a port that something else on the host has: the old container serves again', async () => {
    const host = fleet.host('crowded');
    const { network, published, company } = host;
    const before = await oursOn(host);
    const answering = () =>
      until(
        () => network.ask(published),
        (version) => version !== undefined,
      );
    const version = await answering();
    await network.obey({ do: 'take', port: 9000 });
    await company.template(ENVIRONMENT, onPort(9000));
    const failure = await failed(host, await begin(host), before);
    const hint = 'Stop what listens on this port of the host, or publish another one.';
    expectSaid(failure, 'DOCKER_PORT_TAKEN', /^prod-crowded failed: .*9000.*(in use|allocated)/, hint);
    expect(await answering()).toBe(version);
    await network.obey({ do: 'close', port: 9000 });
    await resumed(host, failure);
    expect(await network.ask(published)).toBeUndefined();
  });

  test('a container that somebody removes while it is deployed: told as that, the old one serves', async () => {
    const host = fleet.host('calm');
    const before = await oursOn(host);
    // It has started the container, and does not look again before that is gone.
    await standStillAt(host, 'started:1');
    const deployment = await begin(host);
    await host.agent.stopped();
    const isOurs = (labels: Readonly<Record<string, string>>) => labels['stella.deployment.id'] === deployment.id;
    const { id } = await host.events.first(({ action, attributes }) => action === 'start' && isOurs(attributes));
    await host.engine.docker('rm', '--force', id);
    host.agent.goOn();
    const failure = await failed(host, deployment, before);
    const sentence = /^prod-calm failed: the new container \w{12} is gone/;
    expectSaid(failure, 'DEPLOY_CONTAINER_GONE', sentence, 'Somebody removed the container');
    await resumed(host, failure);
  });

  test('a host changed by hand is seen within seconds, and the next deployment puts it right', async () => {
    const host = fleet.host('calm');
    const [right] = await runningOn(host);
    const { docker } = host.engine;
    /** What the server says of a change, which it saw within seconds; on a busy machine one time in several. */
    const drifted = async (kind: string, change: () => Promise<unknown>, undo: () => Promise<unknown>) => {
      const has = ({ drift }: Target) => drift.some((one) => one.kind === kind);
      for (let tries = 1; ; tries++) {
        await change();
        const changedAtMs = Date.now();
        const { drift } = await until(() => host.company.target('prod-calm'), has);
        const seenAfterMs = Date.parse(drift.find((one) => one.kind === kind)?.since ?? '') - changedAtMs;
        if (seenAfterMs >= 3_000 && tries < 5) {
          await undo();
          await until(
            () => host.company.target('prod-calm'),
            (target) => !has(target),
          );
          continue;
        }
        expect(seenAfterMs).toBeLessThan(3_000);
        return drift.map((one) => `${one.kind}: ${one.sentence}`);
      }
    };
    await until(
      () => host.company.target('prod-calm'),
      ({ drift, containers }) => drift.length === 0 && containers.length > 0,
    );

    const ended = () => docker('stop', '--time', '0', right?.id ?? '');
    const begun = () => docker('start', right?.id ?? '');
    expect(await drifted('missing', ended, begun)).toEqual(['missing: web does not run: exited']);
    const labels = Object.entries(right?.labels ?? {}).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
    const wrong = otherThan(right?.imageId);
    await docker('pull', '--quiet', `${fleet.registry.host}/shop/web:${wrong}`);
    const run = (name: string, ...words: string[]) =>
      docker('run', '--detach', '--network', 'none', '--name', name, ...words, idOf(wrong));
    const gone = (name: string) => () => docker('rm', '--force', name);
    expect(await drifted('wrong_digest', () => run('by-hand', ...labels), gone('by-hand'))).toEqual([
      'wrong_digest: web runs another image than the one deployed',
    ]);
    const project = `stella.project=${right?.labels['stella.project']}`;
    const stranger = ['--label', project, '--label', 'stella.service=extra'];
    expect(await drifted('rogue', () => run('stranger', ...stranger), gone('stranger'))).toContain(
      'rogue: stranger belongs to no service of this deployment',
    );
    await until(
      () => host.company.target('prod-calm'),
      ({ status }) => status === 'online',
    );

    const version = right?.imageId === idOf('1') ? '1' : '2';
    expect(await host.company.deploy(ENVIRONMENT, { web: version })).toMatchObject({ state: 'succeeded' });
    const after = await oursOn(host);
    expect(after).toMatchObject([{ isRunning: true, imageId: idOf(version) }]);
    await until(
      () => host.company.target('prod-calm'),
      ({ drift }) => drift.length === 0,
    );
  });

  test('two agents with one identity: the later lease counts, and the older process does nothing more', async () => {
    const host = fleet.host('calm');
    const old = await runningOn(host);
    const twin = { dataDir: join(fleet.folder, 'twin'), program: join(fleet.folder, 'stella-agent.mjs') };
    cpSync(join(host.agentDataDir, 'identity.json'), join(twin.dataDir, 'identity.json'));
    // Stopped, not dead, as when its machine sleeps: between the answer that its container is made and whatever follows.
    await standStillAt(host, 'after:2');
    const deployment = await begin(host);
    await host.events.first(
      ({ action, attributes }) => action === 'create' && attributes['stella.deployment.id'] === deployment.id,
    );
    await host.agent.stopped();
    let before = 0;
    const second = await startAgentProcess({ ...twin, env: { DOCKER_HOST: host.engine.host } });
    try {
      const done = await host.company.end(deployment.id);
      await second.end();
      await host.events.upToNow();
      before = host.events.of(deployment.id).length;
      expect(done, JSON.stringify(done.tasks)).toMatchObject({ state: 'succeeded', tasks: [{ attempt: 1 }] });
      // The stopped one may have been given the task once more, for it was waiting for work when it was stopped.
      expect(done.tasks[0]?.fencingToken).toBeGreaterThan(1);
    } finally {
      await second.end();
      host.agent.goOn();
    }
    for (const told of [
      '"A task was left"',
      '"code":"LEASE_LOST","error":"the lease was not renewed in time"',
      'Another lease of the task has begun: stop working on it and ask for tasks again.',
    ]) {
      await until(
        () => Promise.resolve(host.agent.log()),
        (log) => log.includes(told),
      );
    }
    await host.events.upToNow();
    const after = host.events.of(deployment.id).slice(before);
    expect(after.filter(({ action }) => !/^(exec|health)/.test(action))).toEqual([]);
    // The later one has another journal, and takes up what the older one made for this deployment.
    expect([host.events.count('create', deployment.id), host.events.count('start', deployment.id)]).toEqual([1, 1]);
    expect(await oursOn(host)).toMatchObject([{ isRunning: true, imageId: idOf(otherThan(old[0]?.imageId)) }]);
    // A copy in the same folder is refused at once.
    const words = { dataDir: host.agentDataDir, program: twin.program };
    await expect(startAgentProcess(words)).rejects.toThrow(/error AGENT_RUNS: .*\n {2}hint: One agent at a time/);
    // It goes on working.
    expect(await host.company.end((await begin(host)).id)).toMatchObject({ state: 'succeeded' });
  });

  describe('that is tried for a while', () => {
    test.concurrent('the registry is gone: the step is tried for 16 s, then nothing was touched', async () => {
      const host = fleet.host('lonely');
      const before = await oursOn(host);
      await host.network.obey({ do: 'close', port: fleet.registryPort });
      const failure = await failed(host, await begin(host), before);
      const hint = 'Check that the registry runs and that this host reaches it.';
      expectSaid(failure, 'DOCKER_REGISTRY_UNREACHABLE', /^prod-lonely failed: .*connection refused/, hint);
      expect(failure.text).toContain('trying again in 8 s');
      const path = join(fleet.folder, 'registry.sock');
      await host.network.obey({ do: 'open', port: fleet.registryPort, path });
      await resumed(host, failure);
    });

    test.concurrent(
      'a pull is cut in the middle of a layer: tried again; cut each time, nothing was touched',
      async () => {
        const host = fleet.host('torn');
        const before = await oursOn(host);
        const cut = { do: 'cut', port: fleet.registryPort, bytes: 100_000 } as const;
        await host.network.obey(cut);
        const failure = await failed(host, await begin(host), before);
        expect(['DOCKER_PULL_FAILED', 'DOCKER_REGISTRY_UNREACHABLE']).toContain(
          failure.deployment.tasks[0]?.steps[0]?.error?.code,
        );
        expect(failure.deployment.sentence).toMatch(/^prod-torn failed: .*(unexpected EOF|connection reset)/);
        expect(failure.text).toContain('trying again in 8 s');
        // The cable is mended while the deployment runs.
        await host.network.obey({ ...cut, times: 2 });
        const done = await host.company.resume(failure.deployment.id);
        expect(done, JSON.stringify(done.tasks)).toMatchObject({ state: 'succeeded', tasks: [{ attempt: 2 }] });
        expect(done.tasks[0]?.output).toContain('trying again');
        await host.events.upToNow();
        expect(host.events.count('create', done.id)).toBe(1);
      },
    );

    test.concurrent('the Engine is dead: the reason is told, and its return is seen', async () => {
      const host = fleet.host('dead');
      const before = await oursOn(host);
      await standStillAt(host, 'before:1');
      const deployment = await begin(host);
      await host.agent.stopped();
      await host.engine.kill();
      host.agent.goOn();
      const ended = await host.company.end(deployment.id);
      expect(ended).toMatchObject({ state: 'failed' });
      const failure = { deployment: ended, text: await host.company.text(ended.id) };
      const hint = 'Start the Docker Engine, or name its socket with DOCKER_HOST.';
      expectSaid(failure, 'DOCKER_NOT_RUNNING', /^prod-dead failed: \S/, hint);
      await host.engine.restart();
      expect((await oursOn(host)).map(({ id }) => id)).toEqual(expect.arrayContaining(before.map(({ id }) => id)));
      await host.company.resume(ended.id);
      expect(await runningOn(host)).toMatchObject([{ imageId: idOf(otherThan(before[0]?.imageId)) }]);
      expect(await oursOn(host)).toHaveLength(1);
    });
  });
});

describeNeeding([...FLEET_PARTS, 'faketime'], 'an agent whose certificate has expired', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.open(['host']);
    await fleet.push('web', '1');
    await fleet.company.admin.json(['component', 'create', 'web', `${fleet.registry.host}/shop/web`]);
    await fleet.company.environment('prod', TEMPLATE, ['host']);
  });
  afterAll(() => fleet?.close());

  test('is refused with the time; its work waits; enrolled anew under its name it inherits the targets', async () => {
    const [host] = fleet.hosts;
    if (host === undefined) throw new Error('no host');
    await host.agent.end();
    const later = await clockOf('+40d');
    await fleet.restartServer(later);
    const { server, company } = fleet;
    const { admin } = company;
    // Right after its start it may be too busy to answer in time.
    await until(
      () => admin.logIn(server.url, 'demo', 'admin', server.adminPassword).then(() => undefined, String),
      (fault) => fault === undefined,
    );
    await host.startAgent(later);
    await until(
      () => Promise.resolve(host.agent.log()),
      (log) => log.includes('"code":"AUTH_INVALID"'),
    );
    expect(host.agent.log()).toMatch(/"error":"the certificate does not count: it expired at 20\d\d-/);
    const { id } = await fleet.company.begin('prod', await fleet.company.release({ web: '1' }));
    await until(
      () => fleet.company.show(id),
      ({ state, sentence }) => state === 'running' && sentence.startsWith('Waiting for the agents'),
    );
    await host.agent.end();

    await admin.json(['agent', 'revoke', 'host']);
    const enrolment = await admin.json<Enrolment>(['agent', 'enrol', 'host']);
    const anew = { dataDir: `${host.agentDataDir}-2`, program: join(fleet.folder, 'stella-agent.mjs') };
    const env = { ...later, DOCKER_HOST: host.engine.host };
    await enrolAgent({ ...anew, env }, enrolment);
    host.agent = await startAgentProcess({ ...anew, env });
    expect(await fleet.company.end(id)).toMatchObject({ state: 'succeeded' });
    expect(Object.keys(await host.running())).toEqual(['web']);
  });
});

/** For the environment of a process whose clock is to be ahead. `faketime` itself would stand between it and its signals. */
async function clockOf(offset: string): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await run('faketime', ['-f', offset, 'sh', '-c', 'echo "$LD_PRELOAD"']);
  return { LD_PRELOAD: stdout.trim(), FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}
