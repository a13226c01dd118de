/**
 * Without the members that are undefined: what is not known is left out of a document or request, not written as nothing.
 *
 * @param members names and values; never changed
 */
export function withoutUndefined<const T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
