import type { Component, Distro, Gap, Relation } from '@stella-ops/engine-inventory';
import type { Digest } from '@stella-ops/engine-kernel';
import { purlFor } from '@stella-ops/engine-versions';
import type { Analyzer, Files } from '../analyzer.ts';
import { type DebFacts, parseStatus } from './parse-status.ts';
import { relateDebs } from './relate-debs.ts';

type StatusFacts = readonly DebFacts[];

const DATABASES = ['var/lib/dpkg', 'usr/lib/dpkg'];
/** What stands beside the entries of `status.d`. */
const NO_ENTRY = /\.(?:md5sums|list|conffiles|preinst|postinst|prerm|postrm|triggers|shlibs|symbols|templates|config)$/;
const WITHOUT_DISTRO: Distro = { id: 'debian' };

/** Packages of Debian and its kin: the status file, and the directory of entries that distroless images have instead. */
export const dpkgAnalyzer: Analyzer<StatusFacts> = {
  id: 'dpkg',
  version: 1,
  wants: {
    paths: DATABASES.map((database) => `${database}/status`),
    directories: DATABASES.map((database) => `${database}/status.d`),
  },
  accepts: (path) => !NO_ENTRY.test(path),
  content: { kind: 'whole', maxBytes: 64 * 1024 * 1024, parse: parseStatus },
  collect(files, { distro = WITHOUT_DISTRO }) {
    const components: Component[] = [];
    const relations: Relation[] = [];
    const gaps: Gap[] = [];
    for (const database of DATABASES) {
      const finds = [...findsOfStatus(files, database), ...findsOfEntries(files, database)];
      const refs = finds.map(({ deb }) => purlOf(deb, distro));
      finds.forEach((find, i) => components.push(toComponent(find, refs[i] as string)));
      relations.push(...relateDebs(finds.map(({ deb }, i) => ({ deb, ref: refs[i] as string }))));
      const real = files.realDirectory(`${database}/status.d`);
      if (real !== undefined && real !== `${database}/status.d`) {
        const detail = `status.d is a link to ${real}, whose entries are not read`;
        gaps.push({ code: 'DPKG_STATUS_UNREADABLE', path: `${database}/status.d`, detail });
      }
    }
    return { components, relations, gaps };
  },
};

interface Find {
  readonly deb: DebFacts;
  readonly path: string;
  readonly layer: Digest | undefined;
}

/** A status file is rewritten whole by every layer that installs something: a package belongs to the first layer that lists it. */
function findsOfStatus(files: Files<StatusFacts>, database: string): Find[] {
  const status = files.at(`${database}/status`);
  if (status?.facts === undefined) return [];
  const firstLayers = new Map<string, Digest | undefined>();
  for (const { facts, layer } of [...files.history(status.path), status]) {
    for (const deb of facts ?? []) {
      const key = keyOf(deb);
      if (!firstLayers.has(key)) firstLayers.set(key, layer);
    }
  }
  return status.facts.map((deb) => ({ deb, path: status.path, layer: firstLayers.get(keyOf(deb)) }));
}

function findsOfEntries(files: Files<StatusFacts>, database: string): Find[] {
  const entries = files.all.filter(({ path }) => path.startsWith(`${database}/status.d/`));
  return entries.flatMap(({ facts = [], path, layer }) => facts.map((deb) => ({ deb, path, layer })));
}

const keyOf = ({ name, version, architecture }: DebFacts): string => `${name} ${version} ${architecture}`;

function purlOf({ name, version, architecture, source }: DebFacts, distro: Distro): string {
  return purlFor.deb({ distroId: distro.id, distroVersionId: distro.versionId, name, version, architecture, source });
}

function toComponent({ deb, path, layer }: Find, ref: string): Component {
  return {
    ref,
    kind: 'library',
    type: 'deb',
    name: deb.name,
    version: deb.version,
    purl: ref,
    source: deb.source ?? { name: deb.name, version: deb.version },
    ...(deb.architecture !== undefined && { architecture: deb.architecture }),
    ...(deb.maintainer !== undefined && { supplier: deb.maintainer }),
    locations: [{ path, ...(layer !== undefined && { layer }) }],
    evidence: { analyzer: 'dpkg', grade: 'exact' },
    ...(deb.state !== undefined && { properties: { dpkgState: deb.state } }),
  };
}
