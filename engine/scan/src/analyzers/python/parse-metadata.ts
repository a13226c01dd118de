import type { Parsed } from '../analyzer.ts';
import { readStanzas } from '../stanzas.ts';
import { cleanText } from '../text.ts';

/** What an inventory takes of the metadata of an installed distribution. */
export interface PythonFacts {
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly string[];
  /** Normalised names (PEP 503) of what it always requires; extras are left out. */
  readonly depends?: readonly string[];
}

const FIELDS = new Set(['name', 'version', 'license', 'license-expression', 'classifier', 'requires-dist']);
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,254}[A-Za-z0-9])?$/;
const MAX_DEPENDENCIES = 5000;

/**
 * Reads `METADATA` or `PKG-INFO` (core metadata specifications, PEP 314 to PEP 639): the header alone, the description
 * after the first blank line is not looked at.
 */
export function parseMetadata(bytes: Uint8Array): Parsed<PythonFacts> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const { value: header } = readStanzas(text.replace(/^\ufeff/, ''), FIELDS).next();
  const name = cleanText(header?.fields.get('name'));
  const version = cleanText(header?.fields.get('version'));
  if (name === undefined || version === undefined) return unreadable('the metadata has no name and version');
  if (!NAME.test(name)) return unreadable(`${JSON.stringify(name.slice(0, 60))} is not a distribution name`);
  const licenses = readLicenses(header?.fields ?? new Map());
  const depends = readDependencies(header?.fields.get('requires-dist'));
  return {
    facts: {
      name,
      version,
      ...(licenses.length > 0 && { licenses }),
      ...(depends.length > 0 && { depends }),
    },
  };
}

/** PEP 503: runs of `-`, `_` and `.` are one hyphen, letters are lower case. */
export function normalizeName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

const unreadable = (detail: string): Parsed<PythonFacts> => ({
  problems: [{ code: 'PYTHON_METADATA_UNREADABLE', detail }],
});

/** The expression if there is one, else the field when it is a name and not a whole licence text, else the classifiers. */
function readLicenses(fields: ReadonlyMap<string, string>): string[] {
  const expression = cleanText(fields.get('license-expression'), 256) ?? cleanText(fields.get('license'), 256);
  if (expression !== undefined && expression.toUpperCase() !== 'UNKNOWN') return [expression];
  return (fields.get('classifier') ?? '')
    .split('\n')
    .filter((classifier) => classifier.startsWith('License :: '))
    .map((classifier) => cleanText(classifier.slice(classifier.lastIndexOf(' :: ') + ' :: '.length), 256))
    .filter((license) => license !== undefined)
    .filter((license) => license !== 'OSI Approved');
}

/** `requests[security] (>=2) ; extra == "x"` → nothing; `Foo.Bar>=1` → `foo-bar` */
function readDependencies(field: string | undefined): string[] {
  const names = new Set<string>();
  for (const line of field?.split('\n') ?? []) {
    const [requirement = '', marker = ''] = line.split(';', 2);
    const name = /^[A-Za-z0-9][A-Za-z0-9._-]{0,255}/.exec(requirement.trim())?.[0];
    if (name === undefined || /\bextra\b/.test(marker) || names.size >= MAX_DEPENDENCIES) continue;
    names.add(normalizeName(name));
  }
  return [...names];
}
