import { canonicalJson, compareText, sortedBy } from '@stella-ops/engine-kernel';
import type { Component, Inventory } from './types.ts';

export interface ComponentChange {
  readonly before: Component;
  readonly after: Component;
  /** Names of the members that differ, sorted; `version` says that the package was replaced by another version. */
  readonly members: readonly string[];
}

export interface InventoryDiff {
  readonly added: readonly Component[];
  readonly removed: readonly Component[];
  readonly changed: readonly ComponentChange[];
}

/**
 * What became of the components of `before`. A package (type, name, architecture) that is on both sides with other refs
 * is a change; where it has several versions they are paired in order of ref, and what is left is added or removed.
 * All lists are ordered by ref.
 */
export function diffInventories(before: Inventory, after: Inventory): InventoryDiff {
  const left = new Map(before.components.map((component) => [component.ref, component]));
  const gone = new Map<string, Component[]>();
  const added: Component[] = [];
  const changed: ComponentChange[] = [];

  const right = new Set(after.components.map((component) => component.ref));
  for (const component of before.components) {
    if (!right.has(component.ref)) push(gone, packageOf(component), component);
  }
  for (const component of after.components) {
    const same = left.get(component.ref);
    const partner = same ?? gone.get(packageOf(component))?.shift();
    if (partner === undefined) {
      added.push(component);
      continue;
    }
    const members = differingMembers(partner, component);
    if (members.length > 0) changed.push({ before: partner, after: component, members });
  }
  return {
    added,
    removed: sortedBy([...gone.values()].flat(), (component) => component.ref),
    changed: changed.sort((a, b) => compareText(a.after.ref, b.after.ref)),
  };
}

const packageOf = ({ type, name, architecture }: Component): string => JSON.stringify([type, name, architecture]);

function push(map: Map<string, Component[]>, key: string, component: Component): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [component]);
  else list.push(component);
}

function differingMembers(before: Component, after: Component): string[] {
  const old = new Map<string, unknown>(Object.entries(before));
  const now = new Map<string, unknown>(Object.entries(after));
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((member) => text(old.get(member)) !== text(now.get(member)))
    .sort();
}

const text = (value: unknown): string => (value === undefined ? '' : canonicalJson(value));
