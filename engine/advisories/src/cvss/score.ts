import type { SeverityLevel } from '../types.ts';
import { scoreV2 } from './v2.ts';
import { scoreV3 } from './v3.ts';
import { scoreV4 } from './v4.ts';

export interface CvssScore {
  readonly version: '2.0' | '3.0' | '3.1' | '4.0';
  /** 0.0 to 10.0, one decimal. */
  readonly score: number;
  readonly level: SeverityLevel;
}

const PREFIXED = [
  ['CVSS:4.0/', '4.0', scoreV4],
  ['CVSS:3.1/', '3.1', scoreV3],
  ['CVSS:3.0/', '3.0', scoreV3],
] as const;

/**
 * Score and level of a CVSS vector. Its prefix says the version; a vector without one is v2.
 * v2 and v3 give the base score; v4 includes threat and environmental metrics that the vector carries.
 *
 * @param vector as published, e.g. `CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H`
 * @returns undefined when the text is not a complete vector (FIRST, CVSS v2, v3.0, v3.1, v4.0)
 */
export function scoreVector(vector: string): CvssScore | undefined {
  const known = PREFIXED.find(([prefix]) => vector.startsWith(prefix));
  const score = known === undefined ? scoreV2(vector) : known[2](vector.slice(known[0].length));
  if (score === undefined) return undefined;
  const version = known?.[1] ?? '2.0';
  return { version, score, level: version === '2.0' ? levelOfV2(score) : levelOf(score) };
}

/** CVSS v3.1 section 5 and v4.0 section 6: qualitative severity. */
export function levelOf(score: number): SeverityLevel {
  if (score === 0) return 'none';
  if (score < 4) return 'low';
  if (score < 7) return 'medium';
  return score < 9 ? 'high' : 'critical';
}

/** v2 has no scale of its own; NVD's ends at high. */
function levelOfV2(score: number): SeverityLevel {
  if (score < 4) return 'low';
  return score < 7 ? 'medium' : 'high';
}
