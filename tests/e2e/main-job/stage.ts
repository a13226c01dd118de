import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deployment } from '@stella-ops/contracts/deployments';
import type { Promotion, Release } from '@stella-ops/contracts/releases';
import { corpusBytes, type DockerRegistry, freePort, realImages, startDockerRegistry } from '@stella-ops/testkit';
import { type ServerProcess, startServerProcess, TEST_PASSWORD } from '@stella-ops/testkit/product';
import { Person } from '../control-plane/person.ts';
import { type AgentProcess, type AgentProcessOptions, enrolAgent, startAgentProcess } from './agent-process.ts';
import { buildAgent } from '../../../tools/build/agent.ts';
import type { EngineView } from './engine.ts';
import { closeAll } from './fleet.ts';
import { type OwnEngine, startOwnEngine } from './own-engine.ts';
import { until } from './until.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const TEMPLATE = `services:
  web:
    image: component:web
    command: [sleep, infinity]
    network_mode: none
    init: true
    stop_grace_period: 1s
    healthcheck:
      test: [CMD, test, -d, /usr/local/lib/python3.11/site-packages/urllib3]
      interval: 1s
      timeout: 60s
      retries: 5
`;

/** Where releases come from: their images by version, with the config digest that the Engine gives each. */
export type Versions = Readonly<Record<'1.0.0' | '1.1.0' | '1.2.0', string>>;

type Closers = (() => Promise<void>)[];

/** What {@link Stage.open} needs. */
export const STAGE_PARTS = ['docker', 'dockerd', 'registry', 'debootstrap', 'python', 'go', 'corpus'] as const;

/** A company with a registry, a server, three people, a host with an Engine and an agent, and a production environment. */
export class Stage {
  readonly folder: string;
  readonly registry: DockerRegistry;
  readonly engine: OwnEngine;
  readonly versions: Versions;
  readonly people: { readonly admin: Person; readonly rosa: Person; readonly sam: Person; readonly stranger: Person };
  readonly agentOptions: AgentProcessOptions;
  readonly repository: string;
  readonly #startServer: () => Promise<ServerProcess>;
  readonly #closers: Closers;
  server: ServerProcess;
  agent: AgentProcess | undefined;

  private constructor(parts: {
    folder: string;
    registry: DockerRegistry;
    engine: OwnEngine;
    versions: Versions;
    people: Stage['people'];
    startServer: () => Promise<ServerProcess>;
    server: ServerProcess;
    program: string;
    closers: Closers;
  }) {
    this.folder = parts.folder;
    this.registry = parts.registry;
    this.engine = parts.engine;
    this.versions = parts.versions;
    this.people = parts.people;
    this.#startServer = parts.startServer;
    this.#closers = parts.closers;
    this.server = parts.server;
    this.repository = `${parts.registry.host}/shop/web`;
    // The agent as it ships: one file.
    const env = { DOCKER_HOST: parts.engine.host };
    this.agentOptions = { dataDir: join(parts.folder, 'agent'), program: parts.program, env };
  }

  /**
   * Needs {@link STAGE_PARTS}.
   *
   * @param settings of the server, beside its ports: `section.key` → text
   */
  static async open(settings: Readonly<Record<string, string>> = {}): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'stella-main-job-'));
    const closers: Closers = [() => Promise.resolve(rmSync(folder, { recursive: true, force: true }))];
    try {
      return await Stage.#openIn(folder, closers, settings);
    } catch (error) {
      await closeAll(closers);
      throw error;
    }
  }

  /** @param closers get what ends it, also when it does not get ready */
  static async #openIn(folder: string, closers: Closers, settings: Readonly<Record<string, string>>): Promise<Stage> {
    const registry = await startDockerRegistry(join(folder, 'registry'));
    closers.push(() => registry.stop());
    const engine = await startOwnEngine(join(folder, 'engine'));
    closers.push(() => engine.remove());
    const versions = await pushImages(engine, `${registry.host}/shop/web`, folder);
    const program = join(folder, 'stella-agent.mjs');
    await buildAgent(program);
    const config = join(folder, 'stella.yaml');
    writeFileSync(config, JSON.stringify({ scanner: { registries: [{ host: registry.host, isPlainHttp: true }] } }));
    // Always the same ports: logins and agents keep the server's address, and it is started again.
    const all = {
      ...settings,
      'http.port': String(await freePort()),
      'http.agentPort': String(await freePort()),
      'http.agentHost': '127.0.0.1',
    };
    const env = { STELLA_CONFIG: config, STELLA_DATA_DIR: undefined };
    const startServer = () => startServerProcess({ dataDir: join(folder, 'data'), settings: all, env });
    const server = await startServer();
    const made: { stage?: Stage } = {};
    closers.push(async () => {
      await made.stage?.agent?.end();
      await (made.stage?.server ?? server).end();
    });
    const people = await meetPeople(server, folder);
    return (made.stage = new Stage({
      folder,
      registry,
      engine,
      versions,
      people,
      startServer,
      server,
      program,
      closers,
    }));
  }

  /** Advisories, policy, component, environment, template, agent, target. */
  async setUp(template = TEMPLATE): Promise<void> {
    const { admin, sam } = this.people;
    const advisories = join(this.folder, 'pypa.jsonl');
    writeFileSync(advisories, corpusBytes('advisories/osv-pypa.jsonl.zst'));
    await sam.json(['advisories', 'import', advisories, '--source', 'pypa']);
    await sam.json(['advisories', 'snapshot']);
    await sam.json(['policy', 'publish', join(ROOT, 'policies', 'baseline.yaml')]);
    await admin.json(['component', 'create', 'web', this.repository]);
    await admin.json(['env', 'create', 'prod', '--order', '1', '--approvals', '1', '--policy', 'baseline']);
    writeFileSync(admin.file('compose.yaml'), template);
    await admin.json(['env', 'template', 'prod', 'compose.yaml']);
    const enrolment = await admin.json<Parameters<typeof enrolAgent>[1]>(['agent', 'enrol', 'web-1']);
    await enrolAgent(this.agentOptions, enrolment);
    await this.startAgent();
    await admin.json(['target', 'add', 'web-1', '--env', 'prod', '--agent', 'web-1']);
  }

  async startAgent(env: Readonly<Record<string, string | undefined>> = {}): Promise<AgentProcess> {
    return (this.agent = await startAgentProcess({
      ...this.agentOptions,
      env: { ...this.agentOptions.env, ...env },
    }));
  }

  async restartServer(): Promise<void> {
    await this.server.end('SIGKILL');
    this.server = await this.#startServer();
  }

  release(version: string): Promise<Release> {
    return this.people.rosa.json<Release>(['release', 'create', 'shop', version, '--component', `web=${version}`]);
  }

  /** Rosa asks to bring a release into production. */
  async promote(version: string): Promise<Promotion> {
    await this.people.rosa.json(['promotion', 'request', `shop@${version}`, 'prod', '--reason', 'fixes urllib3']);
    return this.people.rosa.json<Promotion>(['promotion', 'show', `shop@${version}:prod`]);
  }

  /** Sam approves; the rest goes by itself. */
  async deploy(version: string): Promise<Deployment> {
    const { rosa, sam } = this.people;
    await sam.approve(`shop@${version}:prod`, 'looked at');
    const { id } = await until(
      async () => {
        const { items } = await rosa.json<{ items: Deployment[] }>(['deployment', 'list', '--env', 'prod']);
        return items.find(({ release, kind }) => kind === 'deploy' && release.endsWith(version)) ?? { id: '' };
      },
      (one) => one.id !== '',
    );
    return rosa.json<Deployment>(['deployment', 'watch', id]);
  }

  /** Goes to the other one of the two good releases, with a rollback, and to its end. */
  async swap(): Promise<Deployment> {
    const { rosa } = this.people;
    const { release } =
      (await rosa.json<{ items: Deployment[] }>(['deployment', 'list', '--env', 'prod'])).items[0] ?? {};
    const to = release === 'shop 1.2.0' ? 'shop@1.1.0' : 'shop@1.2.0';
    return rosa.json<Deployment>(['deployment', 'rollback', 'prod', '--to', to, '--reason', 'once more']);
  }

  /** What the tag of a version names from now on. */
  async moveTag(version: string, to: keyof Versions): Promise<void> {
    const name = `${this.repository}:${version}`;
    const { docker } = this.engine;
    const from = `${this.repository}:${to}`;
    await docker('pull', '--quiet', from);
    await docker('tag', from, name);
    await docker('push', '--quiet', name);
    await docker('rmi', from, name);
  }

  /** What the registry says that a tag names now. */
  async digestOfTag(version: string): Promise<string> {
    const [host, ...path] = this.repository.split('/');
    const accept = 'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json';
    const url = `http://${host}/v2/${path.join('/')}/manifests/${version}`;
    const answer = await fetch(url, { method: 'HEAD', headers: { accept } });
    return answer.headers.get('docker-content-digest') ?? '';
  }

  async close(): Promise<void> {
    await closeAll(this.#closers);
  }
}

async function pushImages({ docker }: EngineView, repository: string, folder: string): Promise<Versions> {
  const images = realImages();
  const load = async (archive: string) => {
    const said = await docker('load', '--quiet', '--input', archive);
    // An Engine that had the name before says so on a line of its own.
    const name = /^Loaded image: (.+)$/m.exec(said)?.[1] ?? said;
    return docker('inspect', '--format', '{{.Id}}', name);
  };
  const vulnerable = await load(images.vulnerable);
  const fixed = await load(images.fixed);
  // The next release: the same packages under another config.
  const context = join(folder, 'next');
  mkdirSync(context);
  writeFileSync(join(context, 'Dockerfile'), `FROM ${fixed}\nENV SHOP_VERSION=1.2.0\n`);
  const next = await docker('build', '--quiet', '--network', 'none', context);
  const versions: Versions = { '1.0.0': vulnerable, '1.1.0': fixed, '1.2.0': next };
  for (const [version, id] of Object.entries(versions)) {
    await docker('tag', id, `${repository}:${version}`);
    await docker('push', '--quiet', `${repository}:${version}`);
  }
  // What is deployed must come from the registry, by digest.
  await docker('image', 'prune', '--all', '--force');
  return versions;
}

async function meetPeople(server: ServerProcess, folder: string): Promise<Stage['people']> {
  const person = async (name: string, tenant: string, user: string, password: string) => {
    const one = new Person(join(folder, name));
    await one.logIn(server.url, tenant, user, password);
    return one;
  };
  const operator = await person('operator', 'demo', 'admin', server.adminPassword);
  writeFileSync(operator.file('new'), TEST_PASSWORD);
  for (const tenant of ['acme', 'globex']) {
    await operator.json(['tenant', 'create', tenant, '--admin', 'ada', '--password-file', 'new']);
  }
  const admin = await person('admin', 'acme', 'ada', TEST_PASSWORD);
  writeFileSync(admin.file('new'), TEST_PASSWORD);
  const roles = { rosa: ['release-manager'], sam: ['approver', 'security-engineer'] };
  for (const [name, has] of Object.entries(roles)) {
    const words = ['user', 'create', name, '--password-file', 'new', ...has.flatMap((role) => ['--role', role])];
    await admin.json(words);
  }
  return {
    admin,
    rosa: await person('rosa', 'acme', 'rosa', TEST_PASSWORD),
    sam: await person('sam', 'acme', 'sam', TEST_PASSWORD),
    stranger: await person('stranger', 'globex', 'ada', TEST_PASSWORD),
  };
}
