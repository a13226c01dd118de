import type { Executor, ObservedContainer } from './types.ts';

/** No target has more; a list that long tells nobody anything. */
const MAX_CONTAINERS = 2000;

/** What runs on a target now, ours first, in the order of names; at most 2000. @throws what the executor's engine throws */
export async function observeTarget(
  executor: Pick<Executor, 'observe'>,
  signal: AbortSignal,
): Promise<readonly ObservedContainer[]> {
  const seen = await executor.observe(signal);
  const isOurs = (one: ObservedContainer): boolean => Object.keys(one.labels).length > 0;
  const byName = (a: ObservedContainer, b: ObservedContainer): number =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  return [...seen].sort((a, b) => Number(isOurs(b)) - Number(isOurs(a)) || byName(a, b)).slice(0, MAX_CONTAINERS);
}
