export interface Named {
  readonly id: string;
  /** Other names of the same vulnerability. */
  readonly names: readonly string[];
}

/** Groups what shares a name, directly or through others. Groups keep the order of their first member. */
export function joinAliases<T extends Named>(items: readonly T[]): T[][] {
  const parents = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    for (let above = parents.get(root); above !== undefined && above !== root; above = parents.get(root)) root = above;
    parents.set(name, root);
    return root;
  };
  for (const { id, names } of items) {
    for (const name of names) parents.set(rootOf(name), rootOf(id));
  }
  return [...Map.groupBy(items, ({ id }) => rootOf(id)).values()];
}

/**
 * Preferred name: a CVE id, else a GHSA id, else the first in order.
 *
 * @param names sorted
 */
export function preferredName(names: readonly string[]): string {
  return (
    names.find((name) => name.startsWith('CVE-')) ?? names.find((name) => name.startsWith('GHSA-')) ?? names[0] ?? ''
  );
}
