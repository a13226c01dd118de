import { canonicalJson, compareText, sortedBy, sortedUnique } from '@stella-ops/engine-kernel';
import type { Hash } from './hash-algorithms.ts';
import type { Component, EvidenceGrade, Location } from './types.ts';

const GRADE_RANK: Readonly<Record<EvidenceGrade, string>> = { exact: '0', derived: '1', claimed: '2' };

/**
 * Unites finds of the same ref and orders them by ref.
 *
 * Locations are united. Of every other member the strongest find that has it wins, where finds are ranked by evidence
 * grade, then analyzer, then their canonical JSON without locations. That order is total on content, so the result does
 * not depend on the order of the input.
 */
export function mergeComponents(components: Iterable<Component>): Component[] {
  const finds = new Map<string, Component | Component[]>();
  for (const component of components) {
    const known = finds.get(component.ref);
    if (known === undefined) finds.set(component.ref, component);
    else if (Array.isArray(known)) known.push(component);
    else finds.set(component.ref, [known, component]);
  }
  const merged = [...finds.values()].map((found) => normalise(Array.isArray(found) ? unite(found) : found));
  return merged.sort((a, b) => compareText(a.ref, b.ref));
}

function unite(finds: readonly Component[]): Component {
  const ranked = sortedBy(
    finds.map((find) => ({ find, text: canonicalJson({ ...normalise(find), locations: [] }) })),
    ({ find }) => GRADE_RANK[find.evidence.grade],
    ({ find }) => find.evidence.analyzer,
    ({ text }) => text,
  ).map(({ find }) => find);
  // Weakest first: what a stronger find says overwrites, what it leaves open stays.
  let united: Component | undefined;
  for (const find of ranked.toReversed()) {
    united = united === undefined ? find : { ...united, ...normalise(find) };
  }
  if (united === undefined) throw new Error('a component needs at least one find');
  return { ...united, locations: finds.flatMap((find) => find.locations) };
}

/** Sorted lists, no empty or undefined optional members: equal content, equal bytes. */
function normalise(component: Component): Component {
  const { version, purl, source, architecture, supplier, hashes = [], properties = {} } = component;
  const licenses = sortedUnique(component.licenses ?? []).filter((license) => license !== '');
  return {
    ref: component.ref,
    kind: component.kind,
    type: component.type,
    name: component.name,
    ...(version && { version }),
    ...(purl && { purl }),
    ...(source && { source }),
    ...(architecture && { architecture }),
    ...(licenses.length > 0 && { licenses }),
    ...(supplier && { supplier }),
    ...(hashes.length > 0 && { hashes: distinctHashes(hashes) }),
    locations: distinctLocations(component.locations),
    evidence: component.evidence,
    ...(Object.keys(properties).length > 0 && { properties }),
  };
}

function distinctLocations(locations: readonly Location[]): readonly Location[] {
  if (locations.length < 2) return locations;
  const ordered = locations.toSorted(
    (a, b) => compareText(a.path, b.path) || compareText(a.layer ?? '', b.layer ?? ''),
  );
  return ordered.filter((location, index) => {
    const before = ordered[index - 1];
    return before === undefined || before.path !== location.path || before.layer !== location.layer;
  });
}

function distinctHashes(hashes: readonly Hash[]): readonly Hash[] {
  const ordered = hashes.toSorted((a, b) => compareText(a.algorithm, b.algorithm) || compareText(a.value, b.value));
  return ordered.filter((hash, index) => {
    const before = ordered[index - 1];
    return before === undefined || before.algorithm !== hash.algorithm || before.value !== hash.value;
  });
}
