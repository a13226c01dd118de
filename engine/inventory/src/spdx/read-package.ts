import type { Claim } from '../foreign/claims.ts';
import { type Foreign, type Reading, wordOf } from '../foreign/reading.ts';
import { relativePath } from '../foreign/tool-facts.ts';
import { algorithmId, type Hash } from '../hash-algorithms.ts';
import { type ComponentExtras, componentExtrasShape } from '../inventory-shape.ts';
import { LIMITS } from '../limits.ts';
import type { Component, Location } from '../types.ts';
import { COMPONENT_COMMENT, SOURCE_INFO } from './vocabulary.ts';

const KINDS = new Map<string, Component['kind']>([
  ['APPLICATION', 'application'],
  ['FRAMEWORK', 'library'],
  ['LIBRARY', 'library'],
  ['OPERATING-SYSTEM', 'operating-system'],
  ['FILE', 'file'],
]);

/** Values by which a writer says that it says nothing (SPDX 2.3 section 7). */
const NOTHING = new Set(['NOASSERTION', 'NONE']);

/** One package. Where this product wrote it, its annotation stands above the fields that say less. */
export function readPackage(reading: Reading, item: Foreign, pointer: string): Claim {
  const id = reading.text(item, 'SPDXID', pointer);
  const name = reading.text(item, 'name', pointer);
  const written = reading.text(item, 'versionInfo', pointer);
  const purl = readPurl(reading, item, pointer);
  const supplier = actor(said(reading.text(item, 'supplier', pointer)));
  const hashes = readChecksums(reading, item, pointer);
  const common = { pointer, id, name, purl, supplier };

  const extras = readExtras(reading, item, pointer);
  if (extras !== undefined) {
    const { ref, type, kind, source, architecture, licenses = [], locations, properties } = extras;
    return {
      ...common,
      version: written,
      kind,
      source,
      architecture,
      licenses,
      locations,
      hashes: [...hashes, ...(extras.hashes ?? [])],
      own: { ref, type, properties },
    };
  }
  const version = said(written);
  return {
    ...common,
    version,
    // SPDX 2.2 has no purpose; nearly every package there is a library.
    kind: item['primaryPackagePurpose'] === undefined ? 'library' : (KINDS.get(purposeOf(item)) ?? 'other'),
    source: readSource(reading, item, pointer, version),
    licenses: readLicenses(reading, item, pointer),
    hashes,
    locations: readLocations(reading, item, pointer),
  };
}

export const purposeOf = (item: Foreign): string => wordOf(item['primaryPackagePurpose']).replaceAll('_', '-');

function said(text: string | undefined): string | undefined {
  return text === undefined || NOTHING.has(text) ? undefined : text;
}

/** `Organization: Name` → `Name` (section 7.5). */
function actor(text: string | undefined): string | undefined {
  const kind = ['Organization: ', 'Person: ', 'Tool: '].find((prefix) => text?.startsWith(prefix));
  return kind === undefined ? text : text?.slice(kind.length);
}

/** The first purl; others would be further names of the same package. */
function readPurl(reading: Reading, item: Foreign, pointer: string): string | undefined {
  let first: string | undefined;
  for (const [reference, at] of reading.objects(item, 'externalRefs', pointer)) {
    if (reference['referenceType'] !== 'purl') continue;
    const locator = reading.text(reference, 'referenceLocator', at);
    if (first === undefined) first = locator;
    else if (locator !== undefined && locator !== first) reading.warn(at, 'a second package URL, left out');
  }
  return first;
}

function readChecksums(reading: Reading, item: Foreign, pointer: string): Hash[] {
  const found: Hash[] = [];
  for (const [checksum, at] of reading.objects(item, 'checksums', pointer)) {
    const name = reading.text(checksum, 'algorithm', at);
    const value = reading.text(checksum, 'checksumValue', at);
    if (name === undefined || value === undefined || found.length >= LIMITS.listLength) continue;
    found.push({ algorithm: algorithmId(name), value });
  }
  return found;
}

/** As the writer declared it, else as it concluded. */
function readLicenses(reading: Reading, item: Foreign, pointer: string): string[] {
  const text =
    said(reading.text(item, 'licenseDeclared', pointer)) ?? said(reading.text(item, 'licenseConcluded', pointer));
  return text === undefined ? [] : [text];
}

function readExtras(reading: Reading, item: Foreign, pointer: string): ComponentExtras | undefined {
  for (const [annotation, at] of reading.objects(item, 'annotations', pointer)) {
    const comment = wordOf(annotation['comment']);
    if (!comment.startsWith(COMPONENT_COMMENT)) continue;
    return reading.embedded(componentExtrasShape, comment.slice(COMPONENT_COMMENT.length), at);
  }
  return undefined;
}

/** `built package from: openssl 1.1.1` of Trivy; the version may be missing. */
function readSource(
  reading: Reading,
  item: Foreign,
  pointer: string,
  version: string | undefined,
): Component['source'] {
  const info = reading.text(item, 'sourceInfo', pointer);
  if (info === undefined || !info.startsWith(SOURCE_INFO)) return undefined;
  const [name = '', said = version ?? ''] = info.slice(SOURCE_INFO.length).split(' ', 2);
  return name === '' ? undefined : { name, version: said };
}

const ACQUIRED = 'acquired package info from ';

/** Syft lists the files in `sourceInfo`: `acquired package info from DPKG DB: /var/lib/dpkg/status`. */
function readLocations(reading: Reading, item: Foreign, pointer: string): Location[] {
  const info = reading.text(item, 'sourceInfo', pointer) ?? '';
  const colon = info.indexOf(': ');
  if (!info.startsWith(ACQUIRED) || colon === -1) return [];
  return info
    .slice(colon + 2)
    .split(', ', LIMITS.listLength)
    .filter((path) => path !== '')
    .map((path) => ({ path: relativePath(path) }));
}
