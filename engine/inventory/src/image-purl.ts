import { buildPurl, formatPurl } from '@stella-ops/engine-versions';
import type { Subject } from './types.ts';

/**
 * `pkg:oci/app@sha256:…?arch=amd64&repository_url=registry.example/team/app` of an image with a known manifest digest
 * whose name reads like an image reference; undefined otherwise (purl-spec, type `oci`).
 */
export function imagePurl(subject: Subject): string | undefined {
  if (subject.kind !== 'image' || subject.digest === undefined) return undefined;
  const beforeDigest = subject.name.split('@', 1)[0] ?? '';
  const slash = beforeDigest.lastIndexOf('/');
  const colon = beforeDigest.indexOf(':', slash + 1);
  const repository = colon === -1 ? beforeDigest : beforeDigest.slice(0, colon);
  const tag = colon === -1 ? undefined : beforeDigest.slice(colon + 1);
  const name = repository.slice(slash + 1);
  if (!/^[a-z0-9._-]+$/.test(name)) return undefined;
  const built = buildPurl({
    type: 'oci',
    name,
    version: subject.digest,
    qualifiers: { arch: subject.platform?.architecture, repository_url: slash === -1 ? undefined : repository, tag },
  });
  return built.ok ? formatPurl(built.purl) : undefined;
}
