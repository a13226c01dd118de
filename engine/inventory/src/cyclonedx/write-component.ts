import { sortedBy } from '@stella-ops/engine-kernel';
import { standardName } from '../hash-algorithms.ts';
import { licenseForm } from '../licenses/license-form.ts';
import type { Component } from '../types.ts';
import { typeOfPurl } from './read-component.ts';
import { LAYER_CONTEXT, PROPERTY, type Property } from './vocabulary.ts';

/** CycloneDX 1.6, definition `version`. */
const MAX_VERSION_LENGTH = 1024;

/** CycloneDX has no word for "other"; by its specification that is an application. */
const TYPES = {
  library: 'library',
  application: 'application',
  'operating-system': 'operating-system',
  file: 'file',
  other: 'application',
} as const;

/** One component; members in the order of the specification. `contains` are the refs of what it contains. */
export function writeComponent(component: Component, contains: readonly string[]): Record<string, unknown> {
  const { ref, version, purl, supplier, hashes, licenses, locations } = component;
  const fitting = version !== undefined && version.length <= MAX_VERSION_LENGTH;
  const standard = hashes?.map((hash) => ({ alg: standardName(hash, 'cyclonedx'), content: hash.value }));
  const standardHashes = standard?.filter(({ alg }) => alg !== undefined) ?? [];
  return {
    type: TYPES[component.kind],
    'bom-ref': ref,
    ...(supplier !== undefined && { supplier: { name: supplier } }),
    ...splitName(component),
    ...(fitting && { version }),
    ...(standardHashes.length > 0 && { hashes: standardHashes }),
    ...(licenses !== undefined && { licenses: writeLicenses(licenses) }),
    ...(purl !== undefined && { purl }),
    ...(locations.length > 0 && {
      evidence: {
        occurrences: locations.map(({ path, layer }) => ({
          location: path,
          ...(layer !== undefined && { additionalContext: LAYER_CONTEXT + layer }),
        })),
      },
    }),
    properties: writeProperties(component, contains),
  };
}

/** npm scopes and Maven groups stand in `group`, as other writers have it; every other name is whole. */
function splitName({ type, name }: Component): { group?: string; name: string } {
  const at = type === 'maven' ? name.indexOf(':') : type === 'npm' && name.startsWith('@') ? name.indexOf('/') : -1;
  return at > 0 ? { group: name.slice(0, at), name: name.slice(at + 1) } : { name };
}

/** A single expression may stand alone; in a list, what is not an identifier is a name (definition `licenseChoice`). */
function writeLicenses(licenses: readonly string[]): unknown[] {
  const [only] = licenses;
  if (licenses.length === 1 && only !== undefined) {
    const form = licenseForm(only);
    if (form === 'expression' || form === 'custom') return [{ expression: only }];
  }
  return licenses.map((text) => ({ license: licenseForm(text) === 'id' ? { id: text } : { name: text } }));
}

function writeProperties(component: Component, contains: readonly string[]): Property[] {
  const { version, source, hashes = [], evidence } = component;
  const properties: Property[] = [
    { name: PROPERTY.analyzer, value: evidence.analyzer },
    { name: PROPERTY.grade, value: evidence.grade },
  ];
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) properties.push({ name, value });
  };
  if (component.kind === 'other') add(PROPERTY.kind, 'other');
  if (component.type !== typeOfPurl(component.purl)) add(PROPERTY.type, component.type);
  if (version !== undefined && version.length > MAX_VERSION_LENGTH) add(PROPERTY.version, version);
  add(PROPERTY.architecture, component.architecture);
  add(PROPERTY.sourceName, source?.name);
  add(PROPERTY.sourceVersion, source?.version);
  for (const hash of hashes) {
    if (standardName(hash, 'cyclonedx') === undefined) add(PROPERTY.hash, `${hash.algorithm}:${hash.value}`);
  }
  for (const [name, value] of sortedBy(Object.entries(component.properties ?? {}), ([name]) => name)) {
    add(PROPERTY.own + name, value);
  }
  for (const ref of contains) add(PROPERTY.contains, ref);
  return properties;
}
