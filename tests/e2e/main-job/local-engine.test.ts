import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from '@stella-ops/contracts/deployments';
import { projectName } from '@stella-ops/engine-compose';
import { describeNeeding, type DockerRegistry, startDockerRegistry } from '@stella-ops/testkit';
import { systemIds } from '@stella-ops/platform/runtime';
import { type ServerProcess, startServerProcess } from '@stella-ops/testkit/product';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Person } from '../control-plane/person.ts';
import { pushImage } from '../deploy-images.ts';
import { Company } from './company.ts';
import { closeAll, FLEET_PARTS, type Reached, startEngine } from './fleet.ts';
import { cable } from './host-network.ts';
import { startOwnEngine } from './own-engine.ts';
import { until } from './until.ts';

const template = (port: string) => ({
  services: {
    web: {
      image: 'component:lab',
      ports: [port],
      networks: ['front'],
      volumes: ['data:/data'],
      init: true,
      stop_grace_period: '1s',
    },
  },
  networks: { front: {} },
  volumes: { data: {} },
});
/** Where releases begin their way in the demo. */
const ENVIRONMENT = 'dev';
const TARGET = 'laptop';
const LOOPBACK = '127.0.0.1:8080:8080';
/** Healthy once there is a file `go` on its volume. */
const HEALTH = {
  test: ['CMD', '/bin/sh', '-c', 'while test ! -e /data/go; do /bin/sleep 0.1; done'],
  interval: '300ms',
  timeout: '120s',
  retries: 100,
};

interface Cleaned {
  readonly removed: readonly string[];
  readonly kept: readonly string[];
}

describeNeeding(FLEET_PARTS, 'the Engine of a laptop, with the agent of a demo server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stella-laptop-'));
  const closers: (() => Promise<void>)[] = [() => Promise.resolve(rmSync(folder, { recursive: true, force: true }))];
  let registry: DockerRegistry;
  let laptop: Reached;
  let server: ServerProcess;
  let person: Person;
  let tenantId: string;
  let company: Company;
  let strangers: Awaited<ReturnType<typeof everything>>;

  beforeAll(async () => {
    registry = await startDockerRegistry(join(folder, 'registry'));
    closers.push(() => registry.stop());
    const port = Number(registry.host.split(':')[1]);
    const way = await cable(join(folder, 'registry.sock'), port);
    closers.push(() => way.close());
    laptop = await startEngine(folder, 'laptop', port, join(folder, 'registry.sock'), closers);
    const { host } = laptop.engine;
    const web = `${registry.host}/lab/web`;
    for (const version of ['1', '2']) {
      const command = 'CMD ["/bin/sh","-c","exec sleep 1000"]';
      await pushImage(folder, web, version, [`ENV VERSION=${version}`, command], { host });
    }
    const config = join(folder, 'stella.yaml');
    writeFileSync(config, JSON.stringify({ scanner: { registries: [{ host: registry.host, isPlainHttp: true }] } }));
    const settings = { 'server.isDemo': 'true', 'http.agentPort': '0', 'http.agentHost': '127.0.0.1' };
    const env = { STELLA_CONFIG: config, STELLA_DATA_DIR: undefined, DOCKER_HOST: host };
    server = await startServerProcess({ dataDir: join(folder, 'data'), settings, env });
    closers.push(async () => void (await server.end()));
    person = new Person(join(folder, 'admin'), { DOCKER_HOST: host });
    await person.logIn(server.url, 'demo', 'admin', server.adminPassword);
    tenantId = (await person.json<{ tenant: { id: string } }>(['whoami'])).tenant.id;
    company = new Company(person);
    await until(
      () => person.run(['agent', 'show', 'local']),
      ({ exit }) => exit === 0,
    );
    await person.json(['component', 'create', 'lab', web]);
    // The lowest environment of the demo has a script target: here it is the laptop's own Engine in its place.
    await until(
      () => person.json<{ items: Target[] }>(['target', 'list', '--env', ENVIRONMENT]),
      ({ items }) => items.length > 0 && items.every(({ release }) => release !== null),
    );
    const { items } = await person.json<{ items: Target[] }>(['target', 'list', '--env', ENVIRONMENT]);
    for (const { name } of items) {
      // What was deployed there by the demo may just be coming to its end.
      await until(
        () => person.run(['target', 'remove', name]),
        ({ exit }) => exit === 0,
      );
    }
    await laptop.engine.docker('pull', '--quiet', `${web}:1`);
    await addStrangers();
    strangers = await everything();
  });
  afterAll(() => closeAll(closers));
  beforeEach(async () => {
    await person.run(['target', 'remove', TARGET, '--clean']);
    await company.template(ENVIRONMENT, template(LOOPBACK));
    expect(await everything()).toEqual(strangers);
  });

  /** What belongs to somebody else on the same Engine, some of it in clothes like ours. */
  async function addStrangers(): Promise<void> {
    const { docker } = laptop.engine;
    const label = (name: string, value: string) => ['--label', `stella.${name}=${value}`];
    const other = [...label('project', `${ENVIRONMENT}_other`), ...label('environment', ENVIRONMENT)];
    await docker('network', 'create', 'mine');
    await docker('network', 'create', ...other, 'other_front');
    await docker('volume', 'create', 'mine');
    await docker('volume', 'create', ...other, 'other_data');
    const image = `${registry.host}/lab/web:1`;
    const run = (...words: string[]) => docker('run', '--detach', '--network', 'none', ...words, image);
    await run('--name', 'mine');
    await run('--name', 'other-web', ...other, ...label('deployment.id', 'elsewhere'));
    const like = [...label('project', `${ENVIRONMENT}_${TARGET}-2`), ...label('environment', ENVIRONMENT)];
    await run('--name', 'like-ours', ...like);
  }

  /** Names of all containers, networks and volumes of the Engine. */
  async function everything(): Promise<Record<'containers' | 'networks' | 'volumes', string[]>> {
    const { docker } = laptop.engine;
    const lines = async (...words: string[]) => (await docker(...words)).split('\n').toSorted();
    return {
      containers: await lines('ps', '--all', '--format', '{{.Names}}'),
      networks: await lines('network', 'ls', '--format', '{{.Name}}'),
      volumes: await lines('volume', 'ls', '--format', '{{.Name}}'),
    };
  }

  const project = () => projectName(tenantId, ENVIRONMENT, TARGET);
  const add = () => person.run(['target', 'add', TARGET, '--env', ENVIRONMENT, '--local-engine', '--format', 'json']);
  const deploy = async (version: string) => company.deploy(ENVIRONMENT, { lab: version });
  const clean = (exit = 0) => person.json<Cleaned>(['target', 'remove', TARGET, '--clean'], exit);

  test('it is added with one command and deployed to; one command removes all of it and nothing else', async () => {
    const added = await add();
    expect(added, added.stderr).toMatchObject({ exit: 0 });
    expect(JSON.parse(added.stdout)).toMatchObject({ name: TARGET, kind: 'docker', agent: 'local' });
    expect(added.stderr).toMatch(/the Engine at unix:\S+ answers: \d+\.\S*, \w+/);
    const done = await deploy('1');
    expect(done, JSON.stringify(done.tasks)).toMatchObject({ state: 'succeeded' });
    const made = await everything();
    const count = ({ containers, networks, volumes }: typeof made) =>
      [containers, networks, volumes].map((all) => all.length);
    expect(count(made)).toEqual(count(strangers).map((number) => number + 1));
    const { docker } = laptop.engine;
    for (const kind of ['network', 'volume']) {
      const found = await docker(kind, 'ls', '--quiet', '--filter', `label=stella.project=${project()}`);
      expect(found.split('\n'), kind).toHaveLength(1);
    }
    const [port] = (await docker('ps', '--filter', 'label=stella.component=lab', '--format', '{{.Ports}}')).split('\n');
    expect(port).toBe('127.0.0.1:8080->8080/tcp');

    const cleaned = await clean();
    expect(cleaned.removed).toEqual([
      expect.stringMatching(new RegExp(`^container ${project()}-web-`)),
      `network ${project()}_front`,
      `volume ${project()}_data`,
    ]);
    expect(cleaned.kept).toEqual([]);
    expect(await everything()).toEqual(strangers);
    expect(await person.run(['target', 'show', TARGET])).toMatchObject({ exit: 4 });
    // Once more is no fault; what another server made for a target of that name is not ours.
    const labels = { project: project(), environment: ENVIRONMENT, 'deployment.id': systemIds.uuid() };
    const words = Object.entries(labels).flatMap(([name, value]) => ['--label', `stella.${name}=${value}`]);
    await docker('run', '--detach', '--network', 'none', '--name', 'twin', ...words, `${registry.host}/lab/web:1`);
    expect(await clean()).toMatchObject({ name: TARGET, removed: [], kept: [] });
    await docker('rm', '--force', 'twin');
    expect(await everything()).toEqual(strangers);
  });

  test('what a removal without --clean left is found by the next one with it', async () => {
    await add();
    expect(await deploy('2')).toMatchObject({ state: 'succeeded' });
    await person.json(['target', 'remove', TARGET]);
    expect((await everything()).containers).toHaveLength(strangers.containers.length + 1);
    expect((await clean()).removed).toHaveLength(3);
    expect(await everything()).toEqual(strangers);
  });

  test('a network that somebody else has put a container into stays, and is named', async () => {
    await add();
    await deploy('1');
    const { docker } = laptop.engine;
    await docker('run', '--detach', '--name', 'guest', '--network', `${project()}_front`, `${registry.host}/lab/web:1`);
    const { stdout, exit } = await person.run(['target', 'remove', TARGET, '--clean']);
    expect(exit).toBe(0);
    expect(stdout).toContain(`network ${project()}_front: containers of others use it`);
    await docker('rm', '--force', 'guest');
    await docker('network', 'rm', `${project()}_front`);
  });

  test('nothing is opened to the network, and nothing is touched by trying', async () => {
    await add();
    await company.template(ENVIRONMENT, template('8080:8080'));
    const failed = await deploy('1');
    expect(failed).toMatchObject({ state: 'failed' });
    expect(failed.sentence).toMatch(
      /^laptop failed: web publishes port 8080 on 0\.0\.0\.0; this agent publishes on loopback only\./,
    );
    expect(await company.text(failed.id)).toContain('(PORT_NOT_LOOPBACK; Publish the port as "127.0.0.1:8080:80", or');
    expect(await everything()).toEqual(strangers);
  });

  test('while it is deployed to it stays; on another machine it stays too; a script host has no Engine to clean', async () => {
    await add();
    const { services, ...rest } = template(LOOPBACK);
    await company.template(ENVIRONMENT, { ...rest, services: { web: { ...services.web, healthcheck: HEALTH } } });
    const { id } = await company.begin(ENVIRONMENT, await company.release({ lab: '2' }));
    await until(
      () => laptop.engine.containersWith(`stella.deployment.id=${id}`),
      (made) => made.length > 0,
    );
    const early = await person.run(['target', 'remove', TARGET, '--clean']);
    expect(early, early.stderr).toMatchObject({ exit: 2, stdout: '' });
    expect(early.stderr).toMatch(
      /error TARGET_IN_USE: a deployment of dev is under way\n +hint: Wait until its deployment/,
    );
    const volume = ['volume', 'inspect', '--format', '{{.Mountpoint}}', `${project()}_data`];
    writeFileSync(join(await laptop.engine.docker(...volume), 'go'), '');
    expect(await company.end(id)).toMatchObject({ state: 'succeeded' });
    await until(
      () => company.target(TARGET),
      ({ containers }) => containers.some(({ labels }) => labels['stella.deployment.id'] === id),
    );
    const made = await everything();

    const elsewhere = await startOwnEngine(join(folder, 'elsewhere'));
    try {
      const prefix = ['env', `DOCKER_HOST=${elsewhere.host}`];
      const refused = await person.run(['target', 'remove', TARGET, '--clean'], { prefix });
      expect(refused, refused.stderr).toMatchObject({ exit: 2, stdout: '' });
      expect(refused.stderr).toMatch(/error ENGINE_ELSEWHERE: nothing of laptop is on the Engine at unix:/);
    } finally {
      await elsewhere.remove();
    }
    const gone = await person.run(['target', 'remove', TARGET, '--clean'], {
      prefix: ['env', `DOCKER_HOST=unix://${join(folder, 'nowhere.sock')}`],
    });
    expect(gone).toMatchObject({ exit: 10, stdout: '' });
    expect(gone.stderr).toContain('error DOCKER_NOT_RUNNING: ');
    expect(await everything()).toEqual(made);
    expect(await company.target(TARGET)).toMatchObject({ name: TARGET });

    await person.json(['target', 'add', 'scripts', '--env', 'stage', '--agent', 'local', '--kind', 'script']);
    const script = await person.run(['target', 'remove', 'scripts', '--clean']);
    expect(script.stderr).toContain('error USAGE: scripts is a script host: --clean is for Docker Engines');
    await person.json(['target', 'remove', 'scripts']);
  });

  test('nothing is added for an Engine that does not answer', async () => {
    const prefix = ['env', `DOCKER_HOST=unix://${join(folder, 'nowhere.sock')}`];
    const run = await person.run(['target', 'add', TARGET, '--env', ENVIRONMENT, '--local-engine'], { prefix });
    expect(run).toMatchObject({ exit: 10, stdout: '' });
    expect(run.stderr).toMatch(/error DOCKER_NOT_RUNNING: .*\n[^]*hint: Start the Docker Engine/);
    expect(await person.run(['target', 'show', TARGET])).toMatchObject({ exit: 4 });
  });
});
