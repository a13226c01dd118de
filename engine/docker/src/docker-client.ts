import { decodeOrThrow, type Shape, shape } from '@stella-ops/engine-kernel';
import { DEFAULT_DOCKER_HOST, formatEndpoint, parseDockerHost } from './endpoint.ts';
import { answerError, bodyOf, get, readJson } from './engine-http.ts';
import { fail } from './errors.ts';
import { negotiateVersion } from './negotiate-version.ts';
import type { DockerClient, EngineImage, EngineImageRow, EngineVersion } from './types.ts';

export interface DockerOptions {
  /** As `DOCKER_HOST`; default `unix:///var/run/docker.sock`. */
  readonly host?: string;
  /** Longest silence of the engine, default two minutes: a save of a large image thinks before its first byte. */
  readonly idleTimeoutMs?: number;
}

// The engine writes null for an empty list.
const texts: Shape<string[]> = (value, pointer, violations) =>
  value === null ? [] : shape.array(shape.string({ max: 1024 }))(value, pointer, violations);
const size = shape.integer({ min: 0 });

const VERSION = shape.object(
  {
    Version: shape.string(),
    ApiVersion: shape.string(),
    MinAPIVersion: shape.optional(shape.string()),
    Os: shape.string(),
    Arch: shape.string(),
  },
  'open',
);
const ROW = shape.object({ Id: shape.digest, RepoTags: texts, RepoDigests: texts, Size: size }, 'open');
const IMAGE = shape.object(
  {
    Id: shape.digest,
    RepoTags: shape.optional(texts),
    RepoDigests: shape.optional(texts),
    Os: shape.string(),
    Architecture: shape.string(),
    Variant: shape.optional(shape.string()),
    Size: size,
  },
  'open',
);

/**
 * A client of the Docker Engine API (versions 1.24 to 1.47, negotiated at the first call). Answers are foreign
 * documents: what is used is checked, the rest ignored.
 *
 * @throws AppError `DOCKER_HOST_INVALID`; its methods throw `DOCKER_NOT_RUNNING`, `DOCKER_PERMISSION`,
 *   `DOCKER_NO_SUCH_IMAGE`, `DOCKER_REFERENCE_INVALID`, `DOCKER_API_TOO_OLD`, `DOCKER_TIMEOUT`, `DOCKER_TORN`,
 *   `DOCKER_ANSWER_INVALID`, `DOCKER_FAILED`
 */
export function dockerClient(options: DockerOptions = {}): DockerClient {
  const endpoint = parseDockerHost(options.host ?? DEFAULT_DOCKER_HOST);
  const host = formatEndpoint(endpoint);
  const idleTimeoutMs = options.idleTimeoutMs ?? 120_000;
  const raw = (path: string) => get(endpoint, path, idleTimeoutMs);
  let apiVersion: string | undefined;

  async function negotiated(): Promise<string> {
    if (apiVersion === undefined) {
      const answer = await raw('/_ping');
      if (answer.statusCode !== 200) throw await answerError(answer, endpoint);
      answer.resume();
      const offered = answer.headers['api-version'];
      apiVersion = negotiateVersion(typeof offered === 'string' ? offered : undefined, host);
    }
    return apiVersion;
  }
  const call = async (path: string) => raw(`/v${await negotiated()}${path}`);
  const document = async <T>(path: string, fields: Shape<T>): Promise<T> =>
    decodeOrThrow(fields, await readJson(await call(path), endpoint), `${host}${path}`);

  return {
    host,
    ping: async () => ({ apiVersion: await negotiated() }),
    async version(): Promise<EngineVersion> {
      const found = await document('/version', VERSION);
      return {
        version: found.Version,
        apiVersion: found.ApiVersion,
        ...(found.MinAPIVersion === undefined ? {} : { minApiVersion: found.MinAPIVersion }),
        os: found.Os,
        architecture: found.Arch,
      };
    },
    async listImages(): Promise<readonly EngineImageRow[]> {
      const rows = await document('/images/json', shape.array(ROW));
      return rows.map((row) => ({
        id: row.Id,
        tags: row.RepoTags,
        repoDigests: row.RepoDigests,
        sizeBytes: row.Size,
      }));
    },
    async inspectImage(reference): Promise<EngineImage> {
      const found = await document(`/images/${imagePath(reference)}/json`, IMAGE);
      return {
        id: found.Id,
        tags: found.RepoTags ?? [],
        repoDigests: found.RepoDigests ?? [],
        os: found.Os,
        architecture: found.Architecture,
        ...(found.Variant === undefined || found.Variant === '' ? {} : { variant: found.Variant }),
        sizeBytes: found.Size,
      };
    },
    async *saveImage(reference) {
      const answer = await call(`/images/${imagePath(reference)}/get`);
      if (answer.statusCode !== 200) throw await answerError(answer, endpoint);
      yield* bodyOf(answer, endpoint);
    },
  };
}

/** The name stands in a path: only characters of the reference grammar, and no part that a router could fold. */
function imagePath(reference: string): string {
  const isPlain = /^[\w][\w./:@-]{0,511}$/.test(reference) && !reference.includes('..') && !reference.includes('//');
  if (!isPlain) throw fail('DOCKER_REFERENCE_INVALID', `"${reference.slice(0, 100)}" does not name an image`);
  return reference;
}
