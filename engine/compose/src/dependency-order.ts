/**
 * Names in an order in which each comes after those that it needs; of those that could come next, the first by code
 * unit.
 *
 * @returns the names of a cycle when there is one
 */
export function dependencyOrder(
  needs: ReadonlyMap<string, readonly string[]>,
): { readonly order: readonly string[] } | { readonly cycle: readonly string[] } {
  const left = new Set([...needs.keys()].sort());
  const order: string[] = [];
  while (left.size > 0) {
    const next = [...left].find((name) => (needs.get(name) ?? []).every((one) => !left.has(one)));
    if (next === undefined) return { cycle: [...left] };
    left.delete(next);
    order.push(next);
  }
  return { order };
}
