import { buildPurl, parsePurl, type Purl, type PurlResult, upstreamOf } from '@stella-ops/engine-versions';
import type { Distro } from '../types.ts';

/** Older Syft versions wrote `pkg:alpine/…`. */
const TYPE_ALIASES = new Map([['alpine', 'apk']]);

/** The namespace of these types is the distribution and not a part of the package's name. */
const SYSTEM_TYPES = new Set(['deb', 'apk', 'rpm', 'alpm', 'qpkg', 'yocto', 'portage']);

/**
 * A purl as foreign documents have it, with the type of today, and with the version beside it where it has none itself:
 * two versions must not become one component.
 */
export function readPurl(text: string, version: string | undefined): PurlResult {
  const parsed = parseTolerantly(text);
  if (!parsed.ok) return parsed;
  const { purl } = parsed;
  const type = TYPE_ALIASES.get(purl.type);
  if (type === undefined && (purl.version !== undefined || version === undefined)) return parsed;
  return type === undefined
    ? orElse(buildPurl({ ...purl, version }), parsed)
    : buildPurl({ ...purl, type, namespace: purl.namespace ?? purl.type, version: purl.version ?? version });
}

/** Qualifier keys in the wrong case (`mediaType`) must not cost the package its identity. */
function parseTolerantly(text: string): PurlResult {
  const parsed = parsePurl(text);
  const query = text.indexOf('?');
  if (parsed.ok || query === -1) return parsed;
  const pairs = text.slice(query + 1).split('&');
  const lowered = pairs.map((pair) => {
    const [key = ''] = pair.split('=', 1);
    return key.toLowerCase() + pair.slice(key.length);
  });
  return parsePurl(`${text.slice(0, query)}?${lowered.join('&')}`);
}

/** A version that the type forbids must not cost the purl. */
const orElse = (first: PurlResult, second: PurlResult): PurlResult => (first.ok ? first : second);

/** The name as the package's ecosystem writes it: `@scope/name`, `group:artifact`, `github.com/org/mod`, `openssl`. */
export function packageName(purl: Purl): string {
  const { type, namespace, name } = purl;
  if (namespace === undefined || SYSTEM_TYPES.has(type)) return name;
  return type === 'maven' ? `${namespace}:${name}` : `${namespace}/${name}`;
}

/** The version as the package manager orders it: the epoch, which some writers put into a qualifier, comes first. */
export function packageVersion(purl: Purl): string | undefined {
  const epoch = purl.qualifiers?.['epoch'];
  const { version } = purl;
  if (version === undefined || epoch === undefined || epoch === '0' || version.includes(':')) return version;
  return SYSTEM_TYPES.has(purl.type) && epoch.length <= 9 && /^\d+$/.test(epoch) ? `${epoch}:${version}` : version;
}

/** The source package that the `upstream` qualifier names: `openssl`, `openssl@3.0.11-1`, `openssl-3.0.7-1.el9.src.rpm`. */
export function sourcePackage(purl: Purl, version: string): { name: string; version: string } | undefined {
  const upstream = upstreamOf(purl);
  if (upstream === undefined) return undefined;
  if (purl.type === 'rpm') return sourceRpm(upstream.name) ?? { name: upstream.name, version };
  return { name: upstream.name, version: upstream.version ?? version };
}

/** Name and version of `name-version-release.src.rpm`. */
export function sourceRpm(file: string): { name: string; version: string } | undefined {
  if (!file.endsWith('.src.rpm')) return undefined;
  const stem = file.slice(0, -'.src.rpm'.length);
  const release = stem.lastIndexOf('-');
  const version = stem.lastIndexOf('-', release - 1);
  return version > 0 ? { name: stem.slice(0, version), version: stem.slice(version + 1) } : undefined;
}

/** The distribution that the `distro` qualifier names: `debian-12`, `opensuse-leap-15.4`, or a bare `3.16.0` or `jessie` beside the namespace. */
export function purlDistro(purl: Purl): Distro | undefined {
  const text = purl.qualifiers?.['distro'];
  if (text === undefined || !SYSTEM_TYPES.has(purl.type)) return undefined;
  const dash = text.lastIndexOf('-');
  const id = dash > 0 ? text.slice(0, dash) : purl.namespace;
  const release = text.slice(dash + 1);
  if (id === undefined || release === '') return undefined;
  const named = distroId(id);
  return /^\d/.test(release) ? { id: named, versionId: release } : { id: named, codename: release };
}

/** Names of distribution families in other tools → `ID` of os-release(5). */
const DISTRO_IDS = new Map([
  ['alma', 'almalinux'],
  ['amazon', 'amzn'],
  ['cbl-mariner', 'mariner'],
  ['opensuse.leap', 'opensuse-leap'],
  ['opensuse.tumbleweed', 'opensuse-tumbleweed'],
  ['oracle', 'ol'],
  ['red hat enterprise linux', 'rhel'],
  ['redhat', 'rhel'],
  ['suse linux enterprise server', 'sles'],
]);

export function distroId(name: string): string {
  return DISTRO_IDS.get(name.toLowerCase()) ?? name.toLowerCase();
}
