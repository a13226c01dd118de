import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReleaseImage } from '@stella-ops/engine-compose';
import { type DockerRegistry, freePort, type Part, startDockerRegistry } from '@stella-ops/testkit';
import { type ServerProcess, startServerProcess } from '@stella-ops/testkit/product';
import { buildAgent } from '../../../tools/build/agent.ts';
import { Person } from '../control-plane/person.ts';
import { pushImage } from '../deploy-images.ts';
import { type AgentProcess, enrolAgent, startAgentProcess } from './agent-process.ts';
import { Company } from './company.ts';
import { EngineEvents } from './engine-events.ts';
import { cable, type HostNetwork, startHostNetwork } from './host-network.ts';
import { type OwnEngine, startOwnEngine } from './own-engine.ts';

/** What {@link Fleet} needs of the machine. */
export const FLEET_PARTS = ['dockerd', 'registry', 'namespaces'] as const satisfies readonly Part[];

/** Answers each request with its version. Compose files write `$$` for a dollar sign, but this stands in the image. */
const SERVE =
  'socket(S,2,1,6);setsockopt(S,1,2,1);bind(S,pack("Sna4x8",2,8080,"\\0\\0\\0\\0"))or die;listen(S,99);$|=1;print "up\\n";' +
  'while(accept(C,S)){sysread(C,$_,4096);syswrite(C,"HTTP/1.1 200 OK\\r\\nContent-Length: ".length($ENV{VERSION})' +
  '."\\r\\nConnection: close\\r\\n\\r\\n$ENV{VERSION}");close C}';

/** One line of a health check: whether somebody listens on the port of {@link SERVE}. */
export const LISTENS = [
  'CMD',
  '/usr/bin/perl',
  '-e',
  'socket(S,2,1,6);connect(S,pack("Sna4x8",2,8080,"\\x7f\\0\\0\\1"))or exit 1',
];

type Env = Readonly<Record<string, string | undefined>>;
type StartServer = (env?: Env) => Promise<ServerProcess>;
export type Enrolment = Parameters<typeof enrolAgent>[1];

/** A host of a company: its own network, Engine and agent. */
export interface FleetHost {
  readonly name: string;
  readonly network: HostNetwork;
  readonly engine: OwnEngine;
  readonly company: Company;
  /** Listens from the beginning. */
  readonly events: EngineEvents;
  /** Behind this socket file is port 8080 of the host. */
  readonly published: string;
  readonly agentDataDir: string;
  agent: AgentProcess;
  startAgent(env?: Env): Promise<AgentProcess>;
  /** Ids of the images that run, by service. */
  running(): Promise<Readonly<Record<string, string>>>;
  /** A file below `/flags` of all containers that mount it. */
  flag(name: string, isSet: boolean): Promise<void>;
}

export interface FleetOptions {
  /** Of the server: `section.key` → text. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Each host belongs to a company of its own. */
  readonly isApart?: boolean;
}

/** A server, a registry, and hosts that share nothing but their server: as many Engines as there are names. */
export class Fleet {
  readonly folder: string;
  readonly registry: DockerRegistry;
  readonly registryPort: number;
  /** Of the first host, and of the others unless they are apart. */
  readonly company: Company;
  readonly hosts: readonly FleetHost[];
  readonly #startServer: StartServer;
  readonly #closers: (() => Promise<void>)[];
  server: ServerProcess;
  #serial = 0;

  private constructor(parts: {
    folder: string;
    registry: DockerRegistry;
    company: Company;
    hosts: readonly FleetHost[];
    server: ServerProcess;
    startServer: StartServer;
    closers: (() => Promise<void>)[];
  }) {
    this.folder = parts.folder;
    this.registry = parts.registry;
    this.registryPort = portOf(parts.registry);
    this.company = parts.company;
    this.hosts = parts.hosts;
    this.server = parts.server;
    this.#startServer = parts.startServer;
    this.#closers = parts.closers;
  }

  /** Needs {@link FLEET_PARTS}. Agents are enrolled under the names of their hosts, and run. */
  static async open(names: readonly string[], { settings = {}, isApart = false }: FleetOptions = {}): Promise<Fleet> {
    const folder = mkdtempSync(join(tmpdir(), 'stella-fleet-'));
    const closers: (() => Promise<void>)[] = [() => Promise.resolve(rmSync(folder, { recursive: true, force: true }))];
    let fleet: Fleet | undefined;
    try {
      const registry = await startDockerRegistry(join(folder, 'registry'));
      closers.push(() => registry.stop());
      const registryCable = join(folder, 'registry.sock');
      const registryWay = await cable(registryCable, portOf(registry));
      closers.push(() => registryWay.close());
      const config = join(folder, 'stella.yaml');
      writeFileSync(config, JSON.stringify({ scanner: { registries: [{ host: registry.host, isPlainHttp: true }] } }));
      const all = {
        // Always the same ports: logins and agents keep the server's address, and it is started again.
        'http.port': String(await freePort()),
        'http.agentPort': String(await freePort()),
        'http.agentHost': '127.0.0.1',
        ...settings,
      };
      const env = { STELLA_CONFIG: config, STELLA_DATA_DIR: undefined };
      const dataDir = join(folder, 'data');
      const startServer: StartServer = (more) =>
        startServerProcess({ dataDir, settings: all, env: { ...env, ...more } });
      const program = join(folder, 'stella-agent.mjs');
      const starting = startServer();
      closers.push(async () => void (await (fleet?.server ?? (await starting.catch(() => undefined)))?.end()));
      const engines = names.map((name) => startEngine(folder, name, portOf(registry), registryCable, closers));
      const begun = [starting, buildAgent(program), ...engines];
      // All of it stands or fell before anything is taken down again.
      await Promise.allSettled(begun);
      await Promise.all(begun);
      const server = await starting;
      const operator = new Person(join(folder, 'admin'));
      await operator.logIn(server.url, 'demo', 'admin', server.adminPassword);
      const companies = isApart
        ? await Promise.all(names.map((name) => found(operator, name, server, folder)))
        : names.map(() => new Company(operator));
      const [company = new Company(operator)] = companies;
      const reached = await Promise.all(engines);
      const settling = reached.map((engine, index) =>
        startHost(engine, folder, program, isApart ? (companies[index] ?? company) : company, closers),
      );
      await Promise.allSettled(settling);
      const hosts = await Promise.all(settling);
      fleet = new Fleet({ folder, registry, company, hosts, server, startServer, closers });
      return fleet;
    } catch (error) {
      await closeAll(closers);
      throw error;
    }
  }

  host(name: string): FleetHost {
    const host = this.hosts.find((one) => one.name === name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  }

  /** An image that answers with its version on port 8080, in the registry and on no Engine. */
  async push(component: string, version: string): Promise<ReleaseImage> {
    const [first] = this.hosts;
    const instructions = [`ENV VERSION=${version}`, `CMD ${JSON.stringify(['/usr/bin/perl', '-e', SERVE])}`];
    const folder = join(this.folder, `image-${this.#serial++}`);
    mkdirSync(folder);
    // A layer of its own, so that each image must be pulled, of a size that takes some time.
    const payload = join(folder, 'payload');
    writeFileSync(payload, randomBytes(1 << 20));
    const more = { host: first?.engine.host ?? '', programs: ['/usr/bin/perl'], files: [payload] };
    const repository = `${this.registry.host}/shop/${component}`;
    return pushImage(folder, repository, version, instructions, more);
  }

  /** Killed, and started again. @param env such as that of a clock that lies */
  async restartServer(env: Env = {}): Promise<void> {
    await this.server.end('SIGKILL');
    this.server = await this.#startServer(env);
  }

  async close(): Promise<void> {
    await closeAll(this.#closers);
  }
}

const portOf = ({ host }: DockerRegistry): number => Number(host.split(':')[1]);

/** The last one first, and each one whatever became of the others. */
export async function closeAll(closers: (() => Promise<void>)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const close of closers.splice(0).toReversed()) await close().catch((fault: unknown) => faults.push(fault));
  if (faults.length > 0) throw new AggregateError(faults, 'not all of a test came to its end');
}

/** An Engine with its own network, as others see it. */
export type Reached = Pick<FleetHost, 'name' | 'network' | 'engine' | 'events' | 'published'>;

/** @param closers get what ends it */
export async function startEngine(
  folder: string,
  name: string,
  registryPort: number,
  registryCable: string,
  closers: (() => Promise<void>)[],
): Promise<Reached> {
  const network = await startHostNetwork();
  closers.push(() => network.close());
  const published = join(folder, `${name}.sock`);
  await network.obey({ do: 'open', port: registryPort, path: registryCable });
  await network.obey({ do: 'publish', port: 8080, path: published });
  // A pull that breaks off is a fault at once: that the agent tries again is what tests look at.
  const engine = await startOwnEngine(join(folder, name), {
    prefix: network.prefix,
    flags: ['--max-download-attempts=1'],
  });
  const events = EngineEvents.listen(engine.host);
  closers.push(async () => {
    events.close();
    await engine.remove();
  });
  await engine.docker('volume', 'create', 'flags');
  return { name, network, engine, events, published };
}

/** A company with its first administrator. */
async function found(operator: Person, name: string, server: ServerProcess, folder: string): Promise<Company> {
  const password = 'correct horse battery staple';
  const file = operator.file(name);
  writeFileSync(file, password);
  await operator.json(['tenant', 'create', name, '--admin', 'ada', '--password-file', file]);
  const ada = new Person(join(folder, `ada of ${name}`));
  await ada.logIn(server.url, name, 'ada', password);
  return new Company(ada);
}

async function startHost(
  reached: Reached,
  folder: string,
  program: string,
  company: Company,
  closers: (() => Promise<void>)[],
): Promise<FleetHost> {
  const { name, engine } = reached;
  const flags = await engine.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', 'flags');
  const options = { dataDir: join(folder, `${name}-agent`), program, env: { DOCKER_HOST: engine.host } };
  await enrolAgent(options, await company.admin.json<Enrolment>(['agent', 'enrol', name]));
  const host: FleetHost = {
    ...reached,
    company,
    agentDataDir: options.dataDir,
    agent: await startAgentProcess(options),
    startAgent: async (env = {}) =>
      (host.agent = await startAgentProcess({ ...options, env: { ...options.env, ...env } })),
    running: async () => {
      const all = await engine.containersWith('stella.project');
      const up = all.filter(({ isRunning }) => isRunning);
      return Object.fromEntries(up.map(({ labels, imageId }) => [labels['stella.service'] ?? '', imageId]));
    },
    flag: async (flag, isSet) => {
      const path = join(flags, flag);
      if (isSet) writeFileSync(path, '');
      else rmSync(path, { force: true });
    },
  };
  closers.push(async () => void (await host.agent.end()));
  return host;
}
