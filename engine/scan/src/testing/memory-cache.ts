import type { FactsCache } from '../types.ts';

/** A cache whose records a test can look at and damage. */
export function memoryCache(): FactsCache & { readonly records: Map<string, Buffer> } {
  const records = new Map<string, Buffer>();
  return {
    records,
    get: (area, key) => Promise.resolve(records.get(`${area}/${key}`)),
    put(area, key, bytes) {
      records.set(`${area}/${key}`, Buffer.from(bytes));
      return Promise.resolve();
    },
  };
}
