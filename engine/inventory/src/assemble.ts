import { compareText } from '@stella-ops/engine-kernel';
import { mergeComponents } from './merge-components.ts';
import type { Component, Distro, Gap, Inventory, Layer, Relation, Subject } from './types.ts';

export interface InventoryParts {
  readonly subject: Subject;
  readonly distro?: Distro | undefined;
  /** Base layer first. The order is content and is kept. */
  readonly layers: readonly Layer[];
  /** In any order; several finds of one ref become one component. */
  readonly components: Iterable<Component>;
  /** In any order. A relation to a ref that no component has, or from a component to itself, is left out. */
  readonly relations: Iterable<Relation>;
  readonly gaps: Iterable<Gap>;
  readonly analyzers: Readonly<Record<string, number>>;
}

/**
 * Makes the one inventory that a set of finds stands for: any permutation of components, relations and gaps gives equal
 * bytes. {@link mergeComponents} holds the rule for conflicting finds. Assembling an inventory again changes nothing.
 */
export function assembleInventory(parts: InventoryParts): Inventory {
  const components = mergeComponents(parts.components);
  const refs = new Set(components.map((component) => component.ref));
  return {
    format: 'stella.inventory/v1',
    subject: parts.subject,
    ...(parts.distro !== undefined && { distro: parts.distro }),
    layers: parts.layers,
    components,
    relations: orderRelations(parts.relations, refs),
    gaps: orderGaps(parts.gaps),
    analyzers: parts.analyzers,
  };
}

const compareRelations = (a: Relation, b: Relation): number =>
  compareText(a.from, b.from) || compareText(a.to, b.to) || compareText(a.kind, b.kind);

function orderRelations(relations: Iterable<Relation>, refs: ReadonlySet<string>): Relation[] {
  const known: Relation[] = [];
  for (const { from, to, kind } of relations) {
    if (from !== to && refs.has(from) && refs.has(to)) known.push({ from, to, kind });
  }
  return distinctInOrder(known, compareRelations);
}

const compareGaps = (a: Gap, b: Gap): number =>
  compareText(a.code, b.code) ||
  compareText(a.path ?? '', b.path ?? '') ||
  compareText(a.detail, b.detail) ||
  compareText(a.layer ?? '', b.layer ?? '') ||
  // An empty path and none are two contents.
  Number(a.path !== undefined) - Number(b.path !== undefined);

function orderGaps(gaps: Iterable<Gap>): Gap[] {
  const plain: Gap[] = [];
  for (const { code, path, layer, detail } of gaps) {
    plain.push({ code, ...(path !== undefined && { path }), ...(layer !== undefined && { layer }), detail });
  }
  return distinctInOrder(plain, compareGaps);
}

function distinctInOrder<T>(items: T[], compare: (a: T, b: T) => number): T[] {
  const ordered = items.sort(compare);
  return ordered.filter((item, index) => {
    const before = ordered[index - 1];
    return before === undefined || compare(before, item) !== 0;
  });
}
