import { fail } from '../errors.ts';
import type { Purl } from '../types.ts';
import { buildPurl, type PurlParts } from './build-purl.ts';
import { formatPurl } from './format-purl.ts';

export interface DebPackage {
  /** `ID` of os-release: `debian`, `ubuntu`. */
  readonly distroId: string;
  /** `VERSION_ID` of os-release: `12`, `22.04`. */
  readonly distroVersionId?: string | undefined;
  readonly name: string;
  /** With epoch and revision, as dpkg has it. */
  readonly version: string;
  readonly architecture?: string | undefined;
  readonly source?: { readonly name: string; readonly version: string } | undefined;
}

/**
 * Purl texts for the packages that analyzers find. Names and versions come as the package manager wrote them.
 *
 * @throws AppError `PURL_INVALID` when the name is empty; check for that first where input is not trusted
 */
export const purlFor = {
  /** `pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl`; the source is named where it differs from the package. */
  deb(deb: DebPackage): string {
    const { distroId, distroVersionId, name, version, source } = deb;
    const distro = distroVersionId === undefined ? distroId : `${distroId}-${distroVersionId}`;
    return format({
      type: 'deb',
      namespace: distroId,
      name,
      version,
      qualifiers: { arch: deb.architecture, distro, upstream: upstream(name, version, source) },
    });
  },

  /** `@scope/name` → `pkg:npm/%40scope/name@1.0.0` */
  npm(name: string, version: string | undefined): string {
    const slash = name.startsWith('@') ? name.indexOf('/') : -1;
    return format({ type: 'npm', namespace: name.slice(0, Math.max(slash, 0)), name: name.slice(slash + 1), version });
  },

  /** `Foo_Bar` → `pkg:pypi/foo-bar@1.0` */
  pypi(name: string, version: string | undefined): string {
    return format({ type: 'pypi', name, version });
  },

  /** Module path as go.mod writes it, case kept: `github.com/Masterminds/semver/v3` → `pkg:golang/github.com/Masterminds/semver/v3@v3.2.0` */
  golang(modulePath: string, version: string | undefined): string {
    const slash = modulePath.lastIndexOf('/');
    return format({
      type: 'golang',
      namespace: modulePath.slice(0, Math.max(slash, 0)),
      name: modulePath.slice(slash + 1),
      version,
    });
  },
};

/** The Go module path of a `golang` purl. */
export function goModulePath(purl: Purl): string {
  return purl.namespace === undefined ? purl.name : `${purl.namespace}/${purl.name}`;
}

/** The source package that the `upstream` qualifier of an OS package names: `openssl` or `openssl@3.0.11-1`. */
export function upstreamOf(purl: Purl): { readonly name: string; readonly version?: string } | undefined {
  const text = purl.qualifiers?.['upstream'];
  if (text === undefined) return undefined;
  const at = text.indexOf('@');
  return at <= 0 ? { name: text } : { name: text.slice(0, at), version: text.slice(at + 1) };
}

function upstream(name: string, version: string, source: DebPackage['source']): string | undefined {
  if (source === undefined || (source.name === name && source.version === version)) return undefined;
  return source.version === version ? source.name : `${source.name}@${source.version}`;
}

function format(parts: PurlParts): string {
  const built = buildPurl(parts);
  if (built.ok) return formatPurl(built.purl);
  throw fail('PURL_INVALID', `no purl for ${parts.type} package "${parts.name?.slice(0, 60)}": ${built.message}`);
}
