import type { Relation } from './types.ts';

/** Targets of the relations of one kind by where they start, in the inventory's order. */
export function groupRelations(relations: readonly Relation[], kind: Relation['kind']): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { from, to, kind: one } of relations) {
    if (one !== kind) continue;
    const group = groups.get(from);
    if (group === undefined) groups.set(from, [to]);
    else group.push(to);
  }
  return groups;
}
