import { canonicalJson, isObject, sortedUnique } from '@stella-ops/engine-kernel';

/** One place where two documents differ. A side that has nothing there is absent. */
export interface Difference {
  /** `policy.params.threshold`, `policy.rules[serious-fixable].action`, `reasons[]`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * Where two JSON documents differ. Items of lists are compared by `id` where all have one; other lists as sets, so that
 * one new item is one difference.
 */
export function compareJson(before: unknown, after: unknown, path = ''): Difference[] {
  if (isObject(before) && isObject(after)) {
    return sortedUnique([...Object.keys(before), ...Object.keys(after)]).flatMap((key) =>
      compareJson(memberOf(before, key), memberOf(after, key), path === '' ? key : `${path}.${key}`),
    );
  }
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, path);
  if (textOf(before) === textOf(after)) return [];
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

function compareLists(before: readonly unknown[], after: readonly unknown[], path: string): Difference[] {
  const left = byId(before);
  const right = byId(after);
  if (left !== undefined && right !== undefined) {
    return sortedUnique([...left.keys(), ...right.keys()]).flatMap((id) =>
      compareJson(left.get(id), right.get(id), `${path}[${id}]`),
    );
  }
  const removed = new Map(before.map((item) => [textOf(item), item]));
  const added = new Map(after.map((item) => [textOf(item), item]));
  return [
    ...[...removed].filter(([text]) => !added.has(text)).map(([, item]) => ({ path: `${path}[]`, before: item })),
    ...[...added].filter(([text]) => !removed.has(text)).map(([, item]) => ({ path: `${path}[]`, after: item })),
  ];
}

function byId(items: readonly unknown[]): Map<string, unknown> | undefined {
  const map = new Map<string, unknown>();
  for (const item of items) {
    const id = isObject(item) ? memberOf(item, 'id') : undefined;
    if (typeof id !== 'string' || map.has(id)) return undefined;
    map.set(id, item);
  }
  return map;
}

const memberOf = (object: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;
const textOf = (value: unknown): string => (value === undefined ? '' : canonicalJson(value));
