import type { Digest } from '@stella-ops/engine-kernel';
import { type Advisory, otherNames } from '@stella-ops/engine-advisories';

/** What is kept of a record for look-up; `offset` and `length` say where its bytes lie in those of its batch. */
export interface RecordDraft {
  readonly digest: Digest;
  readonly advisoryId: string;
  readonly modified: string;
  readonly isWithdrawn: boolean;
  readonly aliases: readonly string[];
  readonly names: readonly string[];
  readonly summary: string | null;
  /** Ecosystem and name, sorted. */
  readonly packages: readonly (readonly [ecosystem: string, name: string])[];
  readonly packageCount: number;
  readonly offset: number;
  readonly length: number;
}

/** Of one record; public ones name a few hundred. What is beyond is in every snapshot, only look-up does not find it. */
export const MAX_PACKAGES = 5_000;

const MAX_NAMES = 1_000;
const MAX_ALIASES_SHOWN = 200;

// What queries can ask for. Longer texts could exceed the size of a key in an index.
const MAX_NAME = 200;
const MAX_ECOSYSTEM = 100;
const MAX_PACKAGE = 300;

export function recordDraft(advisory: Advisory, offset: number, length: number): RecordDraft {
  const names = [advisory.id, ...otherNames(advisory)];
  const packages = distinctPackages(advisory);
  return {
    digest: advisory.digest,
    advisoryId: advisory.id,
    modified: advisory.modified,
    isWithdrawn: advisory.withdrawn !== undefined,
    aliases: advisory.aliases.slice(0, MAX_ALIASES_SHOWN),
    names: names.filter((name) => name.length <= MAX_NAME).slice(0, MAX_NAMES),
    // The one member of free text; the database stores no U+0000.
    summary: advisory.summary?.replaceAll('\0', '\ufffd') ?? null,
    packages: packages.filter(isFindable).slice(0, MAX_PACKAGES),
    packageCount: packages.length,
    offset,
    length,
  };
}

const isFindable = ([ecosystem, name]: readonly [string, string]): boolean =>
  ecosystem.length <= MAX_ECOSYSTEM && name.length <= MAX_PACKAGE;

function distinctPackages({ affected }: Advisory): (readonly [string, string])[] {
  const keys = new Set(affected.map(({ ecosystem, name }) => `${ecosystem}\0${name}`));
  return [...keys].sort().map((key) => {
    const end = key.indexOf('\0');
    return [key.slice(0, end), key.slice(end + 1)];
  });
}
