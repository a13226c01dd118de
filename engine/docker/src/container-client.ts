import type { IncomingMessage } from 'node:http';
import { decode, decodeOrThrow, isObject, type Shape, shape } from '@stella-ops/engine-kernel';
import {
  ENGINE_CONTAINER,
  ENGINE_EVENT,
  ENGINE_INFO,
  ENGINE_NETWORKS,
  ENGINE_RESOURCE,
  ENGINE_VOLUMES,
  ROWS,
} from './container-shapes.ts';
import type { ContainerClient, EngineResource, PullOptions } from './container-types.ts';
import { dockerClient, type DockerOptions } from './docker-client.ts';
import { DEFAULT_DOCKER_HOST, parseDockerHost } from './endpoint.ts';
import { answerError, bodyOf, type EngineRequest, readCapped, readJson, send } from './engine-http.ts';
import { fail } from './errors.ts';
import { jsonLines } from './json-lines.ts';
import { pullError } from './pull-error.ts';

const MAX_LOG_BYTES = 64 * 1024;
const ID = shape.object({ Id: shape.string({ max: 200 }) }, 'open');

/**
 * A client that also manages containers (Docker Engine API 1.24 to 1.47). Create, start, stop, remove and rename tell
 * what they found, so that a caller that was killed may ask again.
 *
 * @throws AppError as {@link dockerClient} and the methods say
 */
export function containerClient(options: DockerOptions = {}): ContainerClient {
  const images = dockerClient(options);
  const endpoint = parseDockerHost(options.host ?? DEFAULT_DOCKER_HOST);
  const idleTimeoutMs = options.idleTimeoutMs ?? 120_000;
  const { host } = images;

  const call = async (request: Omit<EngineRequest, 'idleTimeoutMs'> & { idleTimeoutMs?: number }) => {
    const { apiVersion } = await images.ping();
    return send(endpoint, { idleTimeoutMs, ...request, path: `/v${apiVersion}${request.path}` });
  };
  const post = (path: string, body?: unknown, longestMs = idleTimeoutMs) =>
    call({ method: 'POST', path, idleTimeoutMs: longestMs, ...(body === undefined ? {} : { body }) });
  const refuse = (answer: IncomingMessage) => answerError(answer, endpoint, 'DOCKER_NO_SUCH_CONTAINER');
  async function found<T>(path: string, fields: Shape<T>): Promise<T | undefined> {
    const answer = await call({ path });
    if (answer.statusCode === 404) return void answer.resume();
    return decodeOrThrow(fields, await readJson(answer, endpoint), `${host}${path}`);
  }
  const resource = (kind: 'networks' | 'volumes', name: string): Promise<EngineResource | undefined> =>
    found(`/${kind}/${named(name)}`, ENGINE_RESOURCE);
  async function list(
    kind: 'networks' | 'volumes',
    labels: readonly string[],
    rows: Shape<EngineResource[]>,
  ): Promise<EngineResource[]> {
    const path = `/${kind}?filters=${filters({ label: labels })}`;
    return decodeOrThrow(rows, await readJson(await call({ path }), endpoint), `${host}/${kind}`);
  }
  async function remove(kind: 'networks' | 'volumes', name: string): Promise<'removed' | 'gone' | 'in-use'> {
    const answer = await call({ method: 'DELETE', path: `/${kind}/${named(name)}` });
    if (answer.statusCode === 204) return (answer.resume(), 'removed');
    if (answer.statusCode === 404) return (answer.resume(), 'gone');
    const error = await answerError(answer, endpoint, 'DOCKER_NO_SUCH_RESOURCE');
    if (/active endpoints|in use/i.test(error.message)) return 'in-use';
    throw error;
  }

  return {
    ...images,
    async info() {
      return decodeOrThrow(ENGINE_INFO, await readJson(await call({ path: '/info' }), endpoint), `${host}/info`);
    },
    async listContainers(labels) {
      const path = `/containers/json?all=1&filters=${filters({ label: labels })}`;
      return decodeOrThrow(ROWS, await readJson(await call({ path }), endpoint), `${host}/containers/json`);
    },
    inspectContainer: (id) => found(`/containers/${named(id)}/json`, ENGINE_CONTAINER),
    async createContainer(name, spec) {
      const answer = await post(`/containers/create?name=${named(name)}`, spec);
      if (answer.statusCode === 409) return (answer.resume(), { outcome: 'name-taken' });
      if (answer.statusCode !== 201) throw await answerError(answer, endpoint);
      const bytes = await readCapped(answer, 1024 * 1024, endpoint);
      const { Id } = decodeOrThrow(ID, JSON.parse(bytes.toString('utf8')) as unknown, `${host}/containers/create`);
      return { outcome: 'created', id: Id };
    },
    async startContainer(id) {
      const answer = await post(`/containers/${named(id)}/start`);
      if (answer.statusCode === 204) return (answer.resume(), 'started');
      if (answer.statusCode === 304) return (answer.resume(), 'already');
      const error = await refuse(answer);
      if (!/port is already allocated|address already in use/i.test(error.message)) throw error;
      throw fail('DOCKER_PORT_TAKEN', error.message, { cause: error });
    },
    async stopContainer(id, graceMs) {
      const seconds = Math.ceil(graceMs / 1000);
      // The Engine answers when the container has stopped, so its silence may last as long as the grace period.
      const answer = await post(
        `/containers/${named(id)}/stop?t=${seconds}`,
        undefined,
        idleTimeoutMs + seconds * 1000,
      );
      if (answer.statusCode === 204) return (answer.resume(), 'stopped');
      if (answer.statusCode === 304) return (answer.resume(), 'already');
      if (answer.statusCode === 404) return (answer.resume(), 'gone');
      throw await refuse(answer);
    },
    async removeContainer(id) {
      const answer = await call({ method: 'DELETE', path: `/containers/${named(id)}?force=1` });
      if (answer.statusCode === 204) return (answer.resume(), 'removed');
      if (answer.statusCode === 404) return (answer.resume(), 'gone');
      const error = await refuse(answer);
      // Somebody else's removal of it is under way.
      if (answer.statusCode === 409 && /already in progress/i.test(error.message)) return 'removed';
      throw error;
    },
    async renameContainer(id, name) {
      const answer = await post(`/containers/${named(id)}/rename?name=${named(name)}`);
      if (answer.statusCode === 204) return (answer.resume(), 'renamed');
      if (answer.statusCode === 409) return (answer.resume(), 'name-taken');
      throw await refuse(answer);
    },
    async containerLogs(id, lines) {
      const path = `/containers/${named(id)}/logs?stdout=1&stderr=1&tail=${Math.max(0, Math.trunc(lines))}`;
      const answer = await call({ path });
      if (answer.statusCode !== 200) throw await refuse(answer);
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of bodyOf(answer, endpoint)) {
        chunks.push(chunk);
        size += chunk.length;
        if (size > 4 * MAX_LOG_BYTES) break;
      }
      return logText(Buffer.concat(chunks)).slice(-MAX_LOG_BYTES);
    },
    async pullImage(repository, digest, pull: PullOptions = {}) {
      const reference = `${repository}@${digest}`;
      const login = pull.login === undefined ? {} : { 'x-registry-auth': loginHeader(pull.login, repository) };
      const path = `/images/create?fromImage=${encodeURIComponent(repository)}&tag=${encodeURIComponent(digest)}`;
      const answer = await call({ method: 'POST', path, headers: login, signal: pull.signal });
      if (answer.statusCode !== 200) throw pullError((await answerError(answer, endpoint)).message, reference);
      const layers = new Map<string, { readonly current: number; readonly total: number }>();
      for await (const row of jsonLines(bodyOf(answer, endpoint), host)) {
        if (!isObject(row)) continue;
        if (typeof row['error'] === 'string') throw pullError(row['error'], reference);
        const detail = row['progressDetail'];
        if (typeof row['id'] !== 'string' || !isObject(detail) || layers.size > 1000) continue;
        const { current, total } = detail;
        if (row['status'] !== 'Downloading' || typeof current !== 'number' || typeof total !== 'number') continue;
        layers.set(row['id'], { current, total });
        const all = [...layers.values()];
        const sum = (read: (one: { current: number; total: number }) => number) =>
          all.reduce((bytes, one) => bytes + read(one), 0);
        pull.onProgress?.({ currentBytes: sum((one) => one.current), totalBytes: sum((one) => one.total) });
      }
    },
    inspectNetwork: (name) => resource('networks', name),
    listNetworks: (labels) => list('networks', labels, ENGINE_NETWORKS),
    removeNetwork: (name) => remove('networks', name),
    async createNetwork(name, labels) {
      const answer = await post('/networks/create', { Name: name, CheckDuplicate: true, Labels: labels });
      // 409: it came into being meanwhile.
      if (answer.statusCode === 201 || answer.statusCode === 409) return void answer.resume();
      throw await answerError(answer, endpoint, 'DOCKER_NO_SUCH_RESOURCE');
    },
    async connectNetwork(name, containerId, aliases) {
      const body = { Container: containerId, EndpointConfig: { Aliases: aliases } };
      const answer = await post(`/networks/${named(name)}/connect`, body);
      if (answer.statusCode === 200) return void answer.resume();
      const error = await answerError(answer, endpoint, 'DOCKER_NO_SUCH_RESOURCE');
      if (!/already exists in network/i.test(error.message)) throw error;
    },
    inspectVolume: (name) => resource('volumes', name),
    listVolumes: (labels) => list('volumes', labels, ENGINE_VOLUMES),
    removeVolume: (name) => remove('volumes', name),
    async createVolume(name, labels) {
      const answer = await post('/volumes/create', { Name: name, Labels: labels });
      if (answer.statusCode === 201) return void answer.resume();
      throw await answerError(answer, endpoint, 'DOCKER_NO_SUCH_RESOURCE');
    },
    async *events({ types = [], actions = [], labels = [], since, until, signal }) {
      const query = [`filters=${filters({ type: types, event: actions, label: labels })}`];
      if (since !== undefined) query.push(`since=${encodeURIComponent(since)}`);
      if (until !== undefined) query.push(`until=${encodeURIComponent(until)}`);
      const answer = await call({ path: `/events?${query.join('&')}`, idleTimeoutMs: 0, signal });
      if (answer.statusCode !== 200) throw await answerError(answer, endpoint, 'DOCKER_NO_SUCH_RESOURCE');
      for await (const row of jsonLines(bodyOf(answer, endpoint), host)) {
        const event = decode(ENGINE_EVENT, row);
        // A kind of event that we do not know tells us nothing.
        if (event.ok) yield event.value;
      }
    },
  };
}

/** Ids and names stand in paths: nothing that a router could fold. */
function named(name: string): string {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,250}$/.test(name)) return name;
  throw fail('DOCKER_REFERENCE_INVALID', `"${name.slice(0, 100)}" names no container, network or volume`, {
    hint: 'Names are made of letters, digits, "_", "." and "-".',
  });
}

function filters(lists: Readonly<Record<string, readonly string[]>>): string {
  return encodeURIComponent(
    JSON.stringify(Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0))),
  );
}

function loginHeader({ username, password }: NonNullable<PullOptions['login']>, repository: string): string {
  const [serveraddress] = repository.split('/');
  return Buffer.from(JSON.stringify({ username, password, serveraddress })).toString('base64url');
}

/** Log of a container: frames of eight bytes and payload, or, of one with a terminal, plain bytes. */
function logText(bytes: Buffer): string {
  const parts: Buffer[] = [];
  let at = 0;
  while (at + 8 <= bytes.length) {
    if ((bytes[at] ?? 9) > 2 || bytes[at + 1] !== 0 || bytes[at + 2] !== 0 || bytes[at + 3] !== 0) break;
    const size = bytes.readUInt32BE(at + 4);
    parts.push(bytes.subarray(at + 8, at + 8 + size));
    at += 8 + size;
  }
  const text = (parts.length === 0 ? bytes : Buffer.concat(parts)).toString('utf8');
  // It ends on somebody's terminal.
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');
}
