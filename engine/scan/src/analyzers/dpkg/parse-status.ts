import type { Parsed, Problem } from '../analyzer.ts';
import { readStanzas, type Stanza } from '../stanzas.ts';
import { cleanText } from '../text.ts';

/** One package of a dpkg database, as much as an inventory needs. */
export interface DebFacts {
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  /** State of the package where it is not simply `installed`: `unpacked`, `half-configured`, … */
  readonly state?: string;
  /** Source package where it differs in name or version. */
  readonly source?: { readonly name: string; readonly version: string };
  readonly maintainer?: string;
  /** Names only; alternatives joined by `|`. */
  readonly depends?: readonly string[];
  readonly provides?: readonly string[];
}

const FIELDS = new Set([
  'package',
  'status',
  'version',
  'architecture',
  'source',
  'maintainer',
  'depends',
  'pre-depends',
  'provides',
]);
const ABSENT_STATES = new Set(['not-installed', 'config-files']);
const NAME = /^[A-Za-z0-9][A-Za-z0-9+._-]{0,254}$/;
const MAX_PROBLEMS = 20;

/**
 * Reads a dpkg status file or one file of `status.d` (deb-control(5), dpkg-query(1)). Packages that are only remembered
 * (removed, configuration left) are passed over; all whose files are there count, also half-installed ones. A stanza
 * without `Status` is installed, as in images that have no dpkg.
 */
export function parseStatus(bytes: Uint8Array): Parsed<readonly DebFacts[]> {
  const packages: DebFacts[] = [];
  const problems: Problem[] = [];
  let bad = 0;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const report = (line: number, sentence: string): void => {
    if (++bad <= MAX_PROBLEMS) problems.push(problem(`line ${line}: ${sentence}`));
  };
  for (const stanza of readStanzas(text, FIELDS)) {
    const read = readPackage(stanza);
    if (stanza.badLine !== undefined) report(stanza.badLine, 'neither a field nor the rest of one');
    else if (typeof read === 'string') report(stanza.line, read);
    if (typeof read === 'object') packages.push(read);
  }
  if (bad > MAX_PROBLEMS) problems.push(problem(`${bad - MAX_PROBLEMS} more entries cannot be read`));
  return { facts: packages, ...(problems.length > 0 && { problems }) };
}

const problem = (detail: string): Problem => ({ code: 'DPKG_STATUS_UNREADABLE', detail });

/** The package, nothing when it is not there, or a sentence saying what is wrong. */
function readPackage({ fields }: Stanza): DebFacts | undefined | string {
  const state = /\S+$/.exec(fields.get('status')?.slice(0, 100) ?? 'install ok installed')?.[0] ?? '';
  const name = cleanText(fields.get('package'));
  if (name === undefined) return 'an entry has no package name';
  if (!NAME.test(name)) return `${JSON.stringify(name.slice(0, 60))} is not a package name`;
  if (ABSENT_STATES.has(state)) return undefined;
  const version = cleanText(fields.get('version'));
  if (version === undefined || /\s/.test(version)) return `package ${name} has no version`;

  const architecture = cleanText(fields.get('architecture'), 64);
  const maintainer = cleanText(fields.get('maintainer')?.split('\n', 1)[0]);
  const source = readSource(fields.get('source'), name, version);
  const depends = readNames([fields.get('pre-depends'), fields.get('depends')]);
  const provides = readNames([fields.get('provides')]);
  return {
    name,
    version,
    ...(architecture !== undefined && { architecture }),
    ...(state !== 'installed' && { state: cleanText(state, 64) ?? 'unknown' }),
    ...(source !== undefined && { source }),
    ...(maintainer !== undefined && { maintainer }),
    ...(depends.length > 0 && { depends }),
    ...(provides.length > 0 && { provides }),
  };
}

/** `name` or `name (version)`; what is missing is as in the binary package. */
function readSource(field: string | undefined, name: string, version: string): DebFacts['source'] {
  const [, sourceName, sourceVersion = version] =
    /^([A-Za-z0-9][A-Za-z0-9+._-]{0,254})(?:\s{1,10}\(([^()\s]{1,255})\))?$/.exec(field?.slice(0, 1024) ?? '') ?? [];
  if (sourceName === undefined || (sourceName === name && sourceVersion === version)) return undefined;
  return { name: sourceName, version: sourceVersion };
}

/** `a (>= 1), b:any | c [amd64]` → `['a', 'b|c']` */
function readNames(fields: readonly (string | undefined)[]): string[] {
  const groups: string[] = [];
  for (const field of fields) {
    for (const group of field?.split(',') ?? []) {
      const names = group
        .split('|')
        .map((one) => /^[A-Za-z0-9+._-]{1,255}/.exec(one.trim())?.[0])
        .filter((one) => one !== undefined);
      if (names.length > 0) groups.push(names.join('|'));
    }
  }
  return groups;
}
