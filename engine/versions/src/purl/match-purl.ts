import type { Purl } from '../types.ts';

/**
 * Whether `candidate` is what `pattern` speaks of: the rule of VEX products and of policy exceptions. Type, namespace
 * and name are equal; a version, qualifiers and a subpath are compared only when the pattern gives them, and the
 * candidate must then have them too.
 *
 * Versions are compared as texts, not by order: builds that an order calls equal (`1.0+a`, `1.0+b`) are different
 * artefacts, and a statement about one must not silence the other.
 *
 * Source: OpenVEX specification, "Product"; purl-spec "comparison".
 */
export function purlMatches(pattern: Purl, candidate: Purl): boolean {
  return (
    packageKey(pattern) === packageKey(candidate) &&
    (pattern.version === undefined || sameVersion(pattern, candidate)) &&
    (pattern.subpath === undefined || pattern.subpath === candidate.subpath) &&
    Object.entries(pattern.qualifiers ?? {}).every(
      ([key, value]) => Object.hasOwn(candidate.qualifiers ?? {}, key) && candidate.qualifiers?.[key] === value,
    )
  );
}

/**
 * One text per package, whatever its version: equal for purls that name the same package. To index by.
 *
 * Two types need more than their canonical form. PyPI names are equal by PEP 503, where `.` is `-` too. Go module
 * paths were lower-cased by purl-spec until 2025, so that half of the documents in the field have lost their case.
 */
export function packageKey(purl: Purl): string {
  const key = `${purl.type}/${purl.namespace === undefined ? '' : `${purl.namespace}/`}${purl.name}`;
  if (purl.type === 'golang') return key.toLowerCase();
  if (purl.type === 'pypi') return key.toLowerCase().replace(/[-_.]+/g, '-');
  return key;
}

/** The same purl without its version. */
export function stripVersion(purl: Purl): Purl {
  const { version: _, ...rest } = purl;
  return rest;
}

function sameVersion(pattern: Purl, candidate: Purl): boolean {
  return pattern.type === 'golang'
    ? withoutV(pattern.version) === withoutV(candidate.version)
    : pattern.version === candidate.version;
}

/** Go tools write `v1.2.3` and, for the standard library, `1.2.3`; both are met for modules. */
function withoutV(version: string | undefined): string | undefined {
  return version?.replace(/^v(?=\d)/, '');
}
