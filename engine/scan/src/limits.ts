import type { ScanLimits } from './types.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** {@link ScanLimits} with every member set. They are part of the key of cached facts. */
export function withDefaults(limits: ScanLimits = {}): Required<ScanLimits> {
  return {
    maxEntries: 2_000_000,
    maxLayerBytes: 64 * GIB,
    maxRatio: 500,
    maxContentBytes: 512 * MIB,
    maxPathBytes: 128 * MIB,
    ...limits,
  };
}

/** Fixed bounds that no caller has a reason to change. */
export const BOUNDS = {
  /** Hops over symbolic and hard links for one path, as in Linux' and Go's own limits on the way to a file. */
  linkHops: 255,
  /** Rounds of second readings for one image. Each settles one more step of a chain of links. */
  rereadRounds: 8,
  /** Gaps of one kind that are told one by one; the rest is counted. */
  gapsOfOneKind: 50,
} as const;
