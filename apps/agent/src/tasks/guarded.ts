/**
 * The same object, but each of its methods first asks whether the caller may still act. An executor makes several Engine
 * calls in one step: work whose lease is over stops before the next of them.
 *
 * @param check throws when not
 */
export function guarded<T extends object>(object: T, check: () => void): T {
  return new Proxy(object, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...words: unknown[]): unknown => {
        check();
        return Reflect.apply(value, target, words);
      };
    },
  });
}
