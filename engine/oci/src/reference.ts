import { type Digest, isDigest } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';

/** An image in a registry, complete: the default registry, `library/` and `latest` are written out. */
export interface Reference {
  /** `host[:port]`, as the reference names it: `docker.io`, `registry.example:5000`, `[::1]:5000`. */
  readonly registry: string;
  /** `library/debian`, `team/app`. */
  readonly repository: string;
  /** Present when written, or when neither tag nor digest was. */
  readonly tag?: string;
  /** When there is one, it decides; a tag beside it is for people. */
  readonly digest?: Digest;
}

const DEFAULT_REGISTRY = 'docker.io';
const COMPONENT = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9a-fA-F:.]{2,45}\])(?::\d{1,5})?$/;

/**
 * Reads an image reference (OCI distribution specification 1.1, section "Pulling manifests", and the defaults that
 * Docker made common: no registry means `docker.io`, one component there means `library/…`, neither tag nor digest
 * means `latest`).
 *
 * @throws AppError `OCI_REFERENCE_INVALID`
 */
export function parseReference(text: string): Reference {
  if (text.length > 1024) throw invalid('a reference is at most 1024 characters', '');
  if (text.includes('://')) throw invalid('a reference has no scheme', 'Leave out https:// or http://.');
  let rest = text;
  let digest: Digest | undefined;
  const at = rest.indexOf('@');
  if (at !== -1) {
    const written = rest.slice(at + 1);
    // What stands behind @ is not repeated when it is no digest: in user:password@host it would be harmless, but
    // what stands before it would not be.
    if (!isDigest(written)) throw invalid('what follows "@" is not a sha256 digest', '');
    digest = written;
    rest = rest.slice(0, at);
  }
  let tag: string | undefined;
  const colon = rest.lastIndexOf(':');
  if (colon > rest.lastIndexOf('/')) {
    tag = rest.slice(colon + 1);
    if (!isTag(tag)) throw invalid(`"${tag.slice(0, 60)}" is not a tag`, '');
    rest = rest.slice(0, colon);
  }
  const { registry, repository } = splitRegistry(rest);
  if (!HOST.test(registry)) throw invalid(`"${registry.slice(0, 60)}" is not a registry host`, '');
  if (!isRepository(repository)) {
    const hint = repository === repository.toLowerCase() ? '' : 'Repository names are lower case.';
    throw invalid(`"${repository.slice(0, 60)}" is not a repository name`, hint);
  }
  if (tag === undefined && digest === undefined) tag = 'latest';
  return {
    registry,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The complete text of a reference: `docker.io/library/debian:12@sha256:…`. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}

/** What goes into `/v2/<name>/manifests/…`. */
export function tagOrDigest(reference: Reference): string {
  return reference.digest ?? reference.tag ?? 'latest';
}

export function isTag(text: string): boolean {
  return TAG.test(text);
}

export function isRepository(text: string): boolean {
  return text.length <= 255 && text.split('/').every((part) => COMPONENT.test(part));
}

function splitRegistry(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  // The rule of the distribution project: a first component is a host when no repository could have that name.
  const isHost = /[.:[]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const registry = isHost ? first.replace(/^index\.docker\.io$/, DEFAULT_REGISTRY) : DEFAULT_REGISTRY;
  const repository = isHost ? name.slice(slash + 1) : name;
  const needsLibrary = registry === DEFAULT_REGISTRY && !repository.includes('/') && repository !== '';
  return { registry, repository: needsLibrary ? `library/${repository}` : repository };
}

function invalid(sentence: string, hint: string) {
  return fail('OCI_REFERENCE_INVALID', sentence, hint === '' ? {} : { hint });
}
