import { readFile } from 'node:fs/promises';
import { decodeBase64, decodeOrThrow, decodeUtf8, parseJson, shape } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import type { Credentials } from './types.ts';

const text = shape.string({ max: 64 * 1024 });
const CONFIG = shape.object(
  {
    auths: shape.optional(
      shape.record(
        shape.object(
          {
            auth: shape.optional(text),
            username: shape.optional(text),
            password: shape.optional(text),
            identitytoken: shape.optional(text),
            registrytoken: shape.optional(text),
          },
          'open',
        ),
        { max: 10_000 },
      ),
    ),
    credHelpers: shape.optional(shape.record(text, { max: 10_000 })),
    credsStore: shape.optional(text),
  },
  'open',
);
type Entry = NonNullable<ReturnType<typeof CONFIG>['auths']>[string];

/**
 * Credentials out of a Docker configuration file (`~/.docker/config.json`), for `RegistryOptions.credentials`. Only
 * secrets in the file itself are used. A file that does not exist means anonymous.
 *
 * @throws AppError `REGISTRY_CREDENTIALS_INVALID`, and what the kernel's JSON and shape readers throw; never with a
 *   secret in its text
 */
export async function dockerConfigCredentials(
  path: string,
): Promise<(registry: string, repository: string) => Credentials> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw fail('REGISTRY_CREDENTIALS_INVALID', 'the file cannot be read', { place: { file: path }, cause });
  });
  if (bytes === undefined) return () => ({ kind: 'anonymous' });
  const config = decodeOrThrow(CONFIG, parseJson(bytes, path, { maxBytes: 1024 * 1024 }), path);
  // The most specific entry first: `host/team/app` before `host/team` before `host` (containers-auth.json(5)).
  const entries = new Map(Object.entries(config.auths ?? {}).map(([key, entry]) => [hostAndPath(key), entry]));
  const helpers = new Map(Object.entries(config.credHelpers ?? {}).map(([key, helper]) => [hostAndPath(key), helper]));
  return (registry, repository) => {
    for (const key of prefixes(`${registry}/${repository}`)) {
      const entry = entries.get(key);
      const found = entry === undefined ? undefined : readEntry(entry, key, path);
      if (found !== undefined) return found;
    }
    const helper = helpers.get(registry) ?? config.credsStore;
    return helper === undefined || helper === '' ? { kind: 'anonymous' } : { kind: 'helper', helper };
  };
}

/** `https://index.docker.io/v1/` and its like, as `docker login` writes them, become the host they mean. */
function hostAndPath(key: string): string {
  const bare = key
    .replace(/^https?:\/\//, '')
    .replace(/\/v[12]\/?$/, '')
    .replace(/\/$/, '');
  return bare === 'index.docker.io' || bare === 'registry-1.docker.io' ? 'docker.io' : bare;
}

function* prefixes(name: string): Generator<string> {
  for (let end = name.length; end > 0; end = name.lastIndexOf('/', end - 1)) yield name.slice(0, end);
}

/** Undefined for an entry without a secret: `docker login` leaves those where a helper keeps the secret. */
function readEntry(entry: Entry, key: string, path: string): Credentials | undefined {
  if (entry.identitytoken) return { kind: 'identity', token: entry.identitytoken };
  if (entry.registrytoken) return { kind: 'bearer', token: entry.registrytoken };
  if (entry.auth) {
    const place = { file: path, pointer: `/auths/${key.replaceAll('~', '~0').replaceAll('/', '~1')}/auth` };
    let pair: string;
    try {
      pair = decodeUtf8(decodeBase64(entry.auth, 'auth'), 'auth');
    } catch {
      throw fail('REGISTRY_CREDENTIALS_INVALID', 'the entry is not base64 of user:password', { place });
    }
    const colon = pair.indexOf(':');
    if (colon < 1) throw fail('REGISTRY_CREDENTIALS_INVALID', 'the entry is not base64 of user:password', { place });
    // Old clients padded the secret with NULs.
    const password = pair.slice(colon + 1).replace(/\0+$/, '');
    return { kind: 'basic', username: pair.slice(0, colon), password };
  }
  if (entry.username && entry.password !== undefined) {
    return { kind: 'basic', username: entry.username, password: entry.password };
  }
  return undefined;
}
