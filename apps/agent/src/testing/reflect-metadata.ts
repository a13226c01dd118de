// The certificate library of the tests asks for these three functions of the metadata proposal before it loads.
const kept = new WeakMap<object, Map<unknown, unknown>>();
const of = (target: object): Map<unknown, unknown> => {
  const found = kept.get(target) ?? new Map<unknown, unknown>();
  kept.set(target, found);
  return found;
};

if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, {
    defineMetadata: (key: unknown, value: unknown, target: object) => void of(target).set(key, value),
    getMetadata: (key: unknown, target: object) => of(target).get(key),
    getOwnMetadata: (key: unknown, target: object) => of(target).get(key),
  });
}
