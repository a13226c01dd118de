import type { Relation } from '@stella-ops/engine-inventory';
import type { DebFacts } from './parse-status.ts';

interface RefOfDeb {
  readonly deb: DebFacts;
  readonly ref: string;
}

/**
 * Dependencies between installed packages. Of alternatives the first one that is installed counts, a real package before
 * one that only provides the name; with several architectures the package's own is preferred.
 */
export function relateDebs(debs: readonly RefOfDeb[]): Relation[] {
  const byName = new Map<string, RefOfDeb[]>();
  const byProvided = new Map<string, RefOfDeb[]>();
  for (const one of debs) {
    push(byName, one.deb.name, one);
    for (const name of one.deb.provides ?? []) push(byProvided, name, one);
  }
  const find = (name: string, architecture: string | undefined): RefOfDeb | undefined => {
    const found = byName.get(name) ?? byProvided.get(name);
    return found?.find(({ deb }) => deb.architecture === architecture) ?? found?.[0];
  };
  const relations: Relation[] = [];
  for (const { deb, ref } of debs) {
    for (const group of deb.depends ?? []) {
      for (const name of group.split('|')) {
        const to = find(name, deb.architecture);
        if (to === undefined) continue;
        relations.push({ from: ref, to: to.ref, kind: 'depends-on' });
        break;
      }
    }
  }
  return relations;
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const items = map.get(key);
  if (items === undefined) map.set(key, [item]);
  else items.push(item);
}
