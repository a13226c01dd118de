import type { Deployment } from '@stella-ops/contracts/deployments';
import type { ReleaseImage } from '@stella-ops/engine-compose';
import { describeNeeding } from '@stella-ops/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Company } from './company.ts';
import type { EngineEntry } from './engine-events.ts';
import { Fleet, FLEET_PARTS, type FleetHost, LISTENS } from './fleet.ts';
import { KILL_HOOK } from './kill-points.ts';
import { until } from './until.ts';
import { Visitors } from './visitors.ts';

const HOSTS = ['a', 'b', 'c'] as const;
// Long and often: a busy machine may take a while for a check, and until a container listens.
const check = (test: readonly string[], retries: number) => ({ test, interval: '300ms', timeout: '60s', retries });
/** One service that others reach at a fixed port, so that its old container must go first; and one that may overlap. */
const TEMPLATE = {
  services: {
    web: {
      image: 'component:web',
      ports: ['8080:8080'],
      init: true,
      stop_grace_period: '1s',
      depends_on: ['worker'],
      healthcheck: check(LISTENS, 100),
    },
    worker: {
      image: 'component:web',
      network_mode: 'none',
      init: true,
      stop_grace_period: '1s',
      volumes: ['flags:/flags:ro'],
      healthcheck: check(['CMD', '/bin/sh', '-c', 'test ! -e /flags/broken'], 3),
    },
  },
  volumes: { flags: { external: true } },
};
const SERVICES = ['web', 'worker'];
/** What an Engine does at somebody's word. Health checks and what they run go on by themselves. */
const WORK = new Set(['pull', 'create', 'start', 'stop', 'destroy', 'rename']);

describeNeeding(FLEET_PARTS, 'a rolling deployment over three Engines', () => {
  let fleet: Fleet;
  let company: Company;
  let images: Readonly<Record<string, ReleaseImage>>;
  /** What runs on all hosts between two tests. */
  let current = '1';

  beforeAll(async () => {
    fleet = await Fleet.open(HOSTS);
    ({ company } = fleet);
    images = { 1: await fleet.push('web', '1'), 2: await fleet.push('web', '2') };
    await company.admin.json(['component', 'create', 'web', `${fleet.registry.host}/shop/web`]);
    await company.environment('prod', TEMPLATE, HOSTS, '--strategy', 'rolling', '--batch-size', '1');
    expect(await company.deploy('prod', { web: current })).toMatchObject({ state: 'succeeded' });
  });
  afterAll(() => fleet?.close());
  beforeEach(() => fleet.host('b').flag('broken', false));

  const other = (): string => (current === '1' ? '2' : '1');
  const idOf = (version: string): string => images[version]?.configDigest ?? '';
  const both = (version: string) => Object.fromEntries(SERVICES.map((service) => [service, idOf(version)]));
  const versions = async () => Promise.all(fleet.hosts.map((host) => host.running()));
  const states = ({ tasks }: Deployment) => tasks.map(({ state }) => state);

  /** The other release is to take the place of the one that runs, and must be pulled for it. */
  async function begin(): Promise<Deployment> {
    const release = await company.release({ web: other() });
    for (const { engine } of fleet.hosts) await engine.docker('rmi', '--force', idOf(other())).catch(() => undefined);
    return company.begin('prod', release);
  }

  /** By the Engine's own account: each container that was intended was made once and started once. */
  async function expectOnce(host: FleetHost, deploymentId: string): Promise<void> {
    await host.events.upToNow();
    const seen = ['create', 'start'].map((action) => host.events.count(action, deploymentId));
    expect(seen, host.name).toEqual([SERVICES.length, SERVICES.length]);
  }

  async function expectDone(deployment: Deployment): Promise<void> {
    const ended = await company.end(deployment.id);
    expect(ended, JSON.stringify(ended.tasks)).toMatchObject({ state: 'succeeded' });
    current = other();
    expect(await versions()).toEqual(HOSTS.map(() => both(current)));
    for (const { events } of fleet.hosts) await events.upToNow();
    expectOneAfterAnother(deployment);
  }

  /** When the first and the last thing was done on each host, hosts in the order of the deployment. */
  function spans(deployment: Deployment): { readonly host: string; readonly from: number; readonly to: number }[] {
    const fromMs = Date.parse(deployment.createdAt);
    return fleet.hosts.flatMap(({ name, events }) => {
      const work = events.entries.filter(({ action, atMs }) => WORK.has(action) && atMs >= fromMs);
      const [first, last] = [work[0], work.at(-1)];
      return first === undefined || last === undefined ? [] : [{ host: name, from: first.atMs, to: last.atMs }];
    });
  }

  function expectOneAfterAnother(deployment: Deployment): void {
    const all = spans(deployment);
    expect(all.map(({ host }) => host)).toEqual(HOSTS);
    for (const [index, { from }] of all.entries()) {
      if (index > 0) expect(from, JSON.stringify(all)).toBeGreaterThan(all[index - 1]?.to ?? Infinity);
    }
  }

  /** Something done to a container of a deployment, on the second host: the first has its release, the third waits. */
  const inTheMiddle = (deployment: Deployment, action: string): Promise<EngineEntry> =>
    fleet
      .host('b')
      .events.first((one) => one.action === action && one.attributes['stella.deployment.id'] === deployment.id);

  test('hosts go one after another, each container once; who tries the next host is always answered', async () => {
    const visitors = new Visitors(fleet.hosts);
    const deployment = await begin();
    await expectDone(deployment);
    await until(
      () => Promise.resolve(visitors.answered),
      (answered) => answered > 100,
    );
    const log = await visitors.stop();
    for (const host of fleet.hosts) await expectOnce(host, deployment.id);
    const ended = await company.show(deployment.id);
    expect(ended.tasks.map(({ target, batch }) => [target, batch])).toEqual(
      HOSTS.map((host, index) => [`prod-${host}`, index + 1]),
    );
    // One host alone is away while its port changes hands, and its step said so before.
    expect(ended.tasks[0]?.steps.find(({ id }) => id === 'web:stop')?.sentence).toMatch(
      /first, because it publishes port 8080 of the host: web is away for about 2 s/,
    );
    expect(log.unanswered).toBe(0);
    expect(log.mostHostsAway).toBeLessThanOrEqual(1);
    // Each host was away once: on a busy machine one of them may have been so for longer, or unseen.
    if (log.awayMs.length > 0) expect(Math.min(...log.awayMs)).toBeLessThan(10_000);
    console.log(
      `${log.answered} requests answered, ${log.unanswered} not; a host was away for at most ${Math.max(0, ...log.awayMs).toFixed(0)} ms`,
    );
  });

  test('control plane killed while the second host is in work: it goes on by itself', async () => {
    const deployment = await begin();
    await inTheMiddle(deployment, 'create');
    await fleet.restartServer();
    await expectDone(deployment);
    for (const host of fleet.hosts) await expectOnce(host, deployment.id);
  });

  test('agent killed while its host is the second in work: the next process goes on', async () => {
    const deployment = await begin();
    await inTheMiddle(deployment, 'create');
    const host = fleet.host('b');
    expect(await host.agent.end('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    await host.startAgent();
    await expectDone(deployment);
    for (const one of fleet.hosts) await expectOnce(one, deployment.id);
  });

  /** The agent of the second host stands still at these points of its next deployment. */
  async function standStillAt(points: string): Promise<FleetHost> {
    const host = fleet.host('b');
    await host.agent.end();
    await host.startAgent({ NODE_OPTIONS: KILL_HOOK, STELLA_KILL: points, STELLA_KILL_SIGNAL: 'SIGSTOP' });
    return host;
  }

  test('Engine killed before the new container runs: it is waited for, and the deployment goes on by itself', async () => {
    const { agent, engine } = await standStillAt('made:1,refused:1');
    const deployment = await begin();
    await agent.stopped();
    await inTheMiddle(deployment, 'create');
    await engine.kill();
    agent.goOn();
    // It has asked the dead Engine: what it does next is to wait, and to ask again.
    await agent.stopped();
    await engine.restart();
    agent.goOn();
    await expectDone(deployment);
    for (const host of fleet.hosts) await expectOnce(host, deployment.id);
  });

  test('Engine killed under the new container: failed with the reason, the host as before; resumed it is deployed', async () => {
    const host = await standStillAt('started:1');
    const deployment = await begin();
    await host.agent.stopped();
    await inTheMiddle(deployment, 'start');
    await host.engine.kill();
    await host.engine.restart();
    host.agent.goOn();
    const failed = await company.end(deployment.id);
    expect(failed, JSON.stringify(failed.tasks)).toMatchObject({ state: 'failed' });
    expect(failed.sentence).toMatch(/^prod-b failed: \S*worker\S* ended with code \d+.* 1 of 3 targets took shop/);
    expect(states(failed)).toEqual(['succeeded', 'failed', 'skipped']);
    // Also the service whose turn had not come, and which died with the Engine.
    expect(await versions()).toEqual([both(other()), both(current), both(current)]);
    const made = async ({ events }: FleetHost) => {
      await events.upToNow();
      return events.count('create', deployment.id);
    };
    expect([await made(host), await made(fleet.host('c'))]).toEqual([1, 0]);

    await company.resume(deployment.id);
    await expectDone(deployment);
    for (const one of ['a', 'c']) await expectOnce(fleet.host(one), deployment.id);
    // One container of the first try, and each of the second once.
    expect(await made(host)).toBe(1 + SERVICES.length);
    expect(host.events.count('start', deployment.id)).toBe(1 + SERVICES.length);
  });

  test('a host that never becomes healthy stops it: hosts before keep the release, hosts after are untouched', async () => {
    const host = fleet.host('b');
    await host.flag('broken', true);
    const old = await host.engine.containersWith('stella.project');
    const deployment = await begin();
    const failed = await company.end(deployment.id);
    expect(failed).toMatchObject({ state: 'failed' });
    expect(failed.sentence).toMatch(
      /^prod-b failed: prod_prod-b_[0-9a-f]{8}-worker-\w+ is unhealthy.* 1 of 3 targets took shop 1\.0\.\d+; resume it, or roll back\.$/,
    );
    expect(states(failed)).toEqual(['succeeded', 'failed', 'skipped']);
    expect(await company.text(deployment.id)).toMatch(
      /is unhealthy.*\(DEPLOY_NOT_HEALTHY; Read the last lines of its log below/,
    );
    // Its old worker looks at the same flag, and serves all the same.
    expect(await versions()).toEqual([both(other()), both(current), both(current)]);
    expect(new Set((await host.engine.containersWith('stella.project')).map(({ id }) => id))).toEqual(
      new Set(old.map(({ id }) => id)),
    );
    await fleet.host('c').events.upToNow();
    expect(fleet.host('c').events.of(deployment.id)).toEqual([]);

    await host.flag('broken', false);
    await company.resume(deployment.id);
    await expectDone(deployment);
    await expectOnce(fleet.host('a'), deployment.id);
  });

  test('rolled back after a failure: the hosts that took it run the earlier digest again, the others are left alone', async () => {
    await fleet.host('b').flag('broken', true);
    const deployment = await begin();
    await company.end(deployment.id);
    await fleet.host('b').flag('broken', false);
    const untouched = await fleet.host('c').engine.containersWith('stella.project');
    const back = await company.admin.json<Deployment>(['deployment', 'rollback', 'prod', '--reason', 'host b']);
    expect(back).toMatchObject({ kind: 'rollback', state: 'rolled_back' });
    expect(await versions()).toEqual(HOSTS.map(() => both(current)));
    await expectOnce(fleet.host('a'), back.id);
    expect(await fleet.host('c').engine.containersWith('stella.project')).toEqual(untouched);
  });
});
