import { hexOf, isDigest } from '@stella-ops/engine-kernel';
import type { Subject } from '@stella-ops/engine-inventory';
import { parsePurl, type Purl } from '@stella-ops/engine-versions';
import type { VexComponent } from '../types.ts';
import { completeRepository, type ImageName, readImageName } from './image-name.ts';

/**
 * Tells whether a product is the thing that was looked at. An image is known by the digests of its manifest, index or
 * config, in a purl, in the product's hashes or alone, whatever it is called there; without a digest by its name. An
 * image purl without registry names every image of that name, as other tools have it.
 *
 * Source: purl-spec, types `oci` and `docker`; OpenVEX specification "Product".
 */
export function subjectMatcher(subject: Subject): (product: VexComponent) => boolean {
  const digests = new Set<string>();
  const claimed = subject.kind === 'sbom' ? [subject.describes] : [];
  for (const digest of [subject.digest, subject.indexDigest, subject.configDigest, ...claimed]) {
    if (digest !== undefined) digests.add(digest);
  }
  const name = subject.kind === 'image' ? readImageName(subject.name) : undefined;
  const architecture = subject.platform?.architecture;

  const isPurlOfSubject = (purl: Purl): boolean => {
    const { version, qualifiers } = purl;
    if (qualifiers?.['arch'] !== undefined && qualifiers['arch'] !== architecture) return false;
    if (version !== undefined && isDigest(version)) return digests.has(version);
    if (name === undefined || !namesRepository(purl, name)) return false;
    // A docker purl has its tag as version, an oci purl as qualifier.
    return [version, qualifiers?.['tag']].every((tag) => tag === undefined || tag === name.tag);
  };

  const isIdentifierOfSubject = (identifier: string): boolean => {
    if (identifier.startsWith('pkg:')) {
      const parsed = parsePurl(identifier);
      return parsed.ok && (parsed.purl.type === 'oci' || parsed.purl.type === 'docker') && isPurlOfSubject(parsed.purl);
    }
    const digest = identifier.slice(identifier.lastIndexOf('@') + 1);
    if (isDigest(digest)) return digests.has(digest);
    if (identifier === subject.name) return true;
    const given = name === undefined ? undefined : readImageName(identifier);
    return given !== undefined && given.repository === name?.repository && given.tag === name.tag;
  };

  return ({ identifiers, sha256 }) =>
    [...digests].some((digest) => isDigest(digest) && hexOf(digest) === sha256) ||
    identifiers.some(isIdentifierOfSubject);
}

function namesRepository(purl: Purl, name: ImageName): boolean {
  const path = purl.namespace === undefined ? purl.name : `${purl.namespace}/${purl.name}`;
  const url = purl.qualifiers?.['repository_url'];
  // Written with the image's name at its end by some tools and without it by others.
  if (url !== undefined) return [url, `${url}/${path}`].some((one) => completeRepository(one) === name.repository);
  return name.repository.endsWith(`/${path}`);
}
