/** Repository and tag of a name that reads like an image reference. */
export interface ImageName {
  /** With registry, complete: `docker.io/library/debian`. */
  readonly repository: string;
  /** `latest` when neither tag nor digest is written; undefined when only a digest is. */
  readonly tag?: string;
}

const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?$/;
const COMPONENT = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/;
const DOCKER_HUB = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/** Reads an image reference with the defaults of Docker; undefined when the text is something else, such as a path. */
export function readImageName(text: string): ImageName | undefined {
  const [named = '', digest] = text.split('@', 2);
  const slash = named.lastIndexOf('/');
  const colon = named.indexOf(':', slash + 1);
  const repository = completeRepository(colon === -1 ? named : named.slice(0, colon));
  if (repository === undefined) return undefined;
  const tag = colon === -1 ? (digest === undefined ? 'latest' : undefined) : named.slice(colon + 1);
  return { repository, ...(tag === undefined ? {} : { tag }) };
}

/** `debian`, `index.docker.io/debian` → `docker.io/library/debian` */
export function completeRepository(text: string): string | undefined {
  const [first = '', ...rest] = text.toLowerCase().split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const host = isHost ? first : 'docker.io';
  const path = isHost ? rest : [first, ...rest];
  if (!HOST.test(host) || !path.every((part) => COMPONENT.test(part))) return undefined;
  if (!DOCKER_HUB.has(host)) return [host, ...path].join('/');
  return ['docker.io', ...(path.length === 1 ? ['library'] : []), ...path].join('/');
}
