import type { ContainerHealth, EngineContainer, EngineImage } from '@stella-ops/engine-docker';
import { AppError, digestOf, type Digest } from '@stella-ops/engine-kernel';
import type { ContainerEngine } from '../docker/container-engine.ts';

/** Stands for a killed process: from then on nothing works any more, neither engine nor journal. */
export class Killed extends Error {}

interface FakeContainer {
  readonly id: string;
  name: string;
  readonly imageId: string;
  readonly labels: Record<string, string>;
  readonly hostPorts: readonly string[];
  readonly hasCheck: boolean;
  state: string;
  startedAt: string | null;
}

interface Spec {
  readonly Image: string;
  readonly Labels: Record<string, string>;
  readonly Healthcheck?: unknown;
  readonly HostConfig: { readonly PortBindings: Record<string, readonly { readonly HostPort: string }[]> };
}

/** A Docker Engine in memory, with what goes wrong as switches. Its events are the oracle of the tests. */
export class FakeEngine {
  readonly containers = new Map<string, FakeContainer>();
  readonly images = new Map<string, EngineImage>();
  readonly registry = new Map<string, EngineImage>();
  readonly networks = new Map<string, Record<string, string>>();
  readonly volumes = new Map<string, Record<string, string>>();
  /** `create web`, `start web`, `stop web`, `remove web`, with the digest of the image. */
  readonly events: string[] = [];
  /** What containers of an image do, by manifest digest. */
  readonly behaviour = new Map<string, 'exits' | 'unhealthy' | 'restarts'>();
  architecture = 'amd64';
  /** Errors that the next calls of a name throw, first one first. */
  readonly faults = new Map<string, AppError[]>();
  /** Calls and journal entries until the process is killed; each call counts before and after it has taken effect. */
  untilKill = Infinity;
  isDead = false;
  #serial = 0;

  /** Counts a point at which a process may die. */
  point(): void {
    if (this.isDead || --this.untilKill < 0) {
      this.isDead = true;
      throw new Killed('the process is dead');
    }
  }

  /** The next process. */
  revive(untilKill = Infinity): void {
    this.isDead = false;
    this.untilKill = untilKill;
  }

  /** Puts an image into the registry. */
  publish(repository: string, manifestDigest: Digest, configDigest: Digest, architecture = 'amd64'): void {
    this.registry.set(`${repository}@${manifestDigest}`, {
      id: configDigest,
      tags: [],
      repoDigests: [`${repository}@${manifestDigest}`],
      os: 'linux',
      architecture,
      sizeBytes: 1,
    });
  }

  running(): string[] {
    return [...this.containers.values()]
      .filter((one) => one.state === 'running')
      .map((one) => `${one.labels['stella.service'] ?? one.name} ${one.imageId.slice(7, 13)}`)
      .sort();
  }

  readonly client: ContainerEngine = {
    info: this.#call('info', () => ({
      id: 'fake',
      name: 'fake',
      version: '0',
      os: 'linux',
      architecture: this.architecture,
      cpus: 1,
      memoryBytes: 1,
    })),
    listImages: this.#call('listImages', () => [
      ...new Map([...this.images.values()].map((one) => [one.id, one])).values(),
    ]),
    inspectImage: this.#call('inspectImage', (reference) => {
      const found = this.images.get(reference) ?? [...this.images.values()].find((one) => one.id === reference);
      if (found === undefined) throw engineError('DOCKER_NO_SUCH_IMAGE', `no such image: ${reference}`);
      return found;
    }),
    pullImage: this.#call('pullImage', (repository, digest) => {
      const reference = `${repository}@${digest}`;
      const found = this.registry.get(reference);
      if (found === undefined) throw engineError('DOCKER_PULL_NOT_FOUND', `${reference}: manifest unknown`);
      this.images.set(reference, found);
    }),
    listContainers: this.#call('listContainers', (labels) =>
      [...this.containers.values()]
        .filter((one) =>
          labels.every((label) => label === `${label.split('=', 1)[0]}=${one.labels[label.split('=', 1)[0] ?? '']}`),
        )
        .map((one) => ({
          id: one.id,
          names: [one.name],
          imageId: one.imageId,
          state: one.state,
          health: 'none' as const,
          labels: one.labels,
        })),
    ),
    inspectContainer: this.#call('inspectContainer', (id) => this.#inspect(id)),
    createContainer: this.#call('createContainer', (name, body) => {
      const spec = body as unknown as Spec;
      if ([...this.containers.values()].some((one) => one.name === name)) return { outcome: 'name-taken' as const };
      const id = digestOf(`container ${++this.#serial}`).slice(7);
      const ports = Object.values(spec.HostConfig.PortBindings).flatMap((list) => list.map((one) => one.HostPort));
      this.containers.set(id, {
        id,
        name,
        imageId: spec.Image,
        labels: spec.Labels,
        hostPorts: ports.filter((one) => one !== ''),
        hasCheck: spec.Healthcheck !== undefined,
        state: 'created',
        startedAt: null,
      });
      this.#event('create', id);
      return { outcome: 'created' as const, id };
    }),
    startContainer: this.#call('startContainer', (id) => {
      const one = this.#get(id);
      if (one.state === 'running') return 'already' as const;
      const others = [...this.containers.values()].filter((each) => each.state === 'running' && each !== one);
      const taken = one.hostPorts.find((port) => others.some((each) => each.hostPorts.includes(port)));
      if (taken !== undefined) throw engineError('DOCKER_PORT_TAKEN', `port ${taken} is already allocated`);
      one.state = this.#behaviourOf(one) === 'exits' ? 'exited' : 'running';
      one.startedAt = '2026-01-01T00:00:00Z';
      this.#event('start', id);
      return 'started' as const;
    }),
    stopContainer: this.#call('stopContainer', (id) => {
      const one = this.containers.get(id);
      if (one === undefined) return 'gone' as const;
      if (one.state !== 'running') return 'already' as const;
      one.state = 'exited';
      this.#event('stop', id);
      return 'stopped' as const;
    }),
    removeContainer: this.#call('removeContainer', (id) => {
      if (!this.containers.has(id)) return 'gone' as const;
      this.#event('remove', id);
      this.containers.delete(id);
      return 'removed' as const;
    }),
    renameContainer: this.#call('renameContainer', (id, name) => {
      if ([...this.containers.values()].some((one) => one.name === name)) return 'name-taken' as const;
      this.#get(id).name = name;
      return 'renamed' as const;
    }),
    containerLogs: this.#call('containerLogs', () => 'first line\nlast words\n'),
    inspectNetwork: this.#call('inspectNetwork', (name) => resourceOf(this.networks, name)),
    createNetwork: this.#call('createNetwork', (name, labels) => void this.networks.set(name, { ...labels })),
    connectNetwork: this.#call('connectNetwork', () => undefined),
    inspectVolume: this.#call('inspectVolume', (name) => resourceOf(this.volumes, name)),
    createVolume: this.#call('createVolume', (name, labels) => void this.volumes.set(name, { ...labels })),
  };

  #call<A extends unknown[], R>(name: string, work: (...given: A) => R): (...given: A) => Promise<R> {
    return async (...given) => {
      await Promise.resolve();
      this.point();
      const fault = this.faults.get(name)?.shift();
      if (fault !== undefined) throw fault;
      const result = work(...given);
      this.point();
      return result;
    };
  }

  #get(id: string): FakeContainer {
    const one = this.#find(id);
    if (one === undefined) throw engineError('DOCKER_NO_SUCH_CONTAINER', `no such container: ${id}`);
    return one;
  }

  #find(idOrName: string): FakeContainer | undefined {
    return this.containers.get(idOrName) ?? [...this.containers.values()].find((each) => each.name === idOrName);
  }

  #behaviourOf(one: FakeContainer) {
    return this.behaviour.get(one.labels['stella.digest'] ?? '');
  }

  #inspect(id: string): EngineContainer | undefined {
    const one = this.#find(id);
    if (one === undefined) return undefined;
    const behaviour = this.#behaviourOf(one);
    const isUp = one.state === 'running';
    const health: ContainerHealth =
      !one.hasCheck || !isUp ? 'none' : behaviour === 'unhealthy' ? 'unhealthy' : 'healthy';
    return {
      id: one.id,
      name: one.name,
      imageId: one.imageId,
      labels: one.labels,
      state: one.state,
      health,
      exitCode: one.state === 'exited' ? 3 : 0,
      error: '',
      startedAt: one.startedAt,
      restartCount: behaviour === 'restarts' && isUp ? 1 : 0,
      healthcheck: one.hasCheck ? { intervalMs: 1, timeoutMs: 1, retries: 1, startPeriodMs: 0 } : null,
    };
  }

  #event(action: string, id: string): void {
    const one = this.#get(id);
    this.events.push(`${action} ${one.labels['stella.service'] ?? one.name} ${one.imageId.slice(7, 13)}`);
  }
}

function resourceOf(map: ReadonlyMap<string, Record<string, string>>, name: string) {
  const labels = map.get(name);
  return labels === undefined ? undefined : { name, labels };
}

export const engineError = (code: string, message: string): AppError =>
  new AppError(code, { status: 500, exit: 1, hint: `about ${code}` }, message);
