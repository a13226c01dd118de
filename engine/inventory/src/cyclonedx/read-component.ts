import { isDigest } from '@stella-ops/engine-kernel';
import type { Claim, OwnMembers } from '../foreign/claims.ts';
import { Properties } from '../foreign/properties.ts';
import { type Foreign, isForeign, type Reading, wordOf } from '../foreign/reading.ts';
import { relativePath, toolArchitecture, toolLocations, toolSource } from '../foreign/tool-facts.ts';
import { algorithmId, type Hash } from '../hash-algorithms.ts';
import { LIMITS } from '../limits.ts';
import type { Component, Location } from '../types.ts';
import { LAYER_CONTEXT, PROPERTY } from './vocabulary.ts';

const KINDS = new Map<string, Component['kind']>([
  ['application', 'application'],
  ['framework', 'library'],
  ['library', 'library'],
  ['operating-system', 'operating-system'],
  ['file', 'file'],
]);

/** One component without its nested ones. Properties of this product stand above those of others. */
export function readComponent(
  reading: Reading,
  component: Foreign,
  pointer: string,
): { claim: Claim; properties: Properties } {
  const properties = new Properties(reading, component, pointer);
  const id = reading.text(component, 'bom-ref', pointer);
  const purl = reading.text(component, 'purl', pointer);
  const isOwn = id !== undefined && properties.has(PROPERTY.analyzer);
  const common = {
    pointer,
    id,
    purl,
    licenses: readLicenses(reading, component, pointer),
  };
  const claim: Claim = isOwn
    ? {
        ...common,
        kind: properties.first(PROPERTY.kind) === 'other' ? 'other' : kindOf(component),
        name: joinedName(reading, component, pointer) ?? '',
        version: properties.first(PROPERTY.version) ?? reading.text(component, 'version', pointer),
        supplier: readSupplier(reading, component, pointer),
        source: ownSource(properties),
        architecture: properties.first(PROPERTY.architecture),
        hashes: [...readHashes(reading, component, pointer), ...ownHashes(properties)],
        locations: readOccurrences(reading, component, pointer, (path) => path),
        own: ownMembers(id, purl, properties),
      }
    : foreignClaim(common, reading, component, properties);
  return { claim, properties };
}

function foreignClaim(
  common: Pick<Claim, 'pointer' | 'id' | 'purl' | 'licenses'>,
  reading: Reading,
  component: Foreign,
  properties: Properties,
): Claim {
  const { pointer } = common;
  const version = reading.text(component, 'version', pointer);
  return {
    ...common,
    kind: kindOf(component),
    name: joinedName(reading, component, pointer),
    version,
    supplier: readSupplier(reading, component, pointer) ?? reading.text(component, 'publisher', pointer),
    source: toolSource(properties, version),
    architecture: toolArchitecture(properties),
    hashes: readHashes(reading, component, pointer),
    locations: [...readOccurrences(reading, component, pointer, relativePath), ...toolLocations(properties)],
  };
}

const kindOf = (component: Foreign): Component['kind'] => KINDS.get(wordOf(component['type'])) ?? 'other';

/** `group` and `name` as the ecosystem writes them together. Some writers repeat the group in the name. */
export function joinedName(reading: Reading, component: Foreign, pointer: string): string | undefined {
  const name = reading.text(component, 'name', pointer);
  const group = reading.text(component, 'group', pointer);
  if (name === undefined || group === undefined) return name;
  const purl = component['purl'];
  const separator = typeof purl === 'string' && purl.startsWith('pkg:maven/') ? ':' : '/';
  return name.startsWith(group + separator) ? name : group + separator + name;
}

function readSupplier(reading: Reading, component: Foreign, pointer: string): string | undefined {
  const supplier = component['supplier'];
  return isForeign(supplier) ? reading.text(supplier, 'name', `${pointer}/supplier`) : undefined;
}

function readLicenses(reading: Reading, component: Foreign, pointer: string): string[] {
  if (component['licenses'] === undefined) return [];
  const found: string[] = [];
  for (const [choice, at] of reading.objects(component, 'licenses', pointer)) {
    const license = isForeign(choice['license']) ? choice['license'] : {};
    const text =
      reading.text(choice, 'expression', at) ??
      reading.text(license, 'id', `${at}/license`) ??
      reading.text(license, 'name', `${at}/license`, LIMITS.longTextLength);
    if (text !== undefined && found.length < LIMITS.listLength) found.push(text);
  }
  return found;
}

function readHashes(reading: Reading, component: Foreign, pointer: string): Hash[] {
  if (component['hashes'] === undefined) return [];
  const found: Hash[] = [];
  for (const [hash, at] of reading.objects(component, 'hashes', pointer)) {
    const name = reading.text(hash, 'alg', at);
    const value = reading.text(hash, 'content', at);
    if (name === undefined || value === undefined || found.length >= LIMITS.listLength) continue;
    found.push({ algorithm: algorithmId(name), value });
  }
  return found;
}

function readOccurrences(
  reading: Reading,
  component: Foreign,
  pointer: string,
  pathOf: (path: string) => string,
): Location[] {
  const evidence = component['evidence'];
  if (!isForeign(evidence)) return [];
  const found: Location[] = [];
  for (const [occurrence, at] of reading.objects(evidence, 'occurrences', `${pointer}/evidence`)) {
    if (found.length >= LIMITS.locationsPerComponent) break;
    const path = pathOf(reading.text(occurrence, 'location', at) ?? '');
    const context = reading.text(occurrence, 'additionalContext', at) ?? '';
    const layer = context.startsWith(LAYER_CONTEXT) ? context.slice(LAYER_CONTEXT.length) : undefined;
    found.push({ path, ...(isDigest(layer) && { layer }) });
  }
  return found;
}

function ownSource(properties: Properties): Component['source'] {
  const name = properties.first(PROPERTY.sourceName);
  return name === undefined ? undefined : { name, version: properties.first(PROPERTY.sourceVersion) ?? '' };
}

function ownHashes(properties: Properties): Hash[] {
  return properties.all(PROPERTY.hash).map((text) => {
    const colon = text.indexOf(':');
    return { algorithm: text.slice(0, Math.max(colon, 0)), value: text.slice(colon + 1) };
  });
}

function ownMembers(ref: string, purl: string | undefined, properties: Properties): OwnMembers {
  const type = properties.first(PROPERTY.type) ?? typeOfPurl(purl);
  const own = properties.startingWith(PROPERTY.own);
  return { ref, type, ...(own.length > 0 && { properties: ownRecord(own) }) };
}

/** Type of a purl that this product wrote, which begins `pkg:type/`. */
export function typeOfPurl(purl: string | undefined): string {
  return purl === undefined ? 'generic' : purl.slice('pkg:'.length, purl.indexOf('/'));
}

/** Without prototype: the names come from outside. */
function ownRecord(entries: readonly (readonly [string, string])[]): Record<string, string> {
  const record = Object.create(null) as Record<string, string>;
  for (const [name, value] of entries) record[name] = value;
  return record;
}
