import { digestOf, hexOf } from '@stella-ops/engine-kernel';

const LONGEST = 63;

/** What the containers, networks and volumes of a target are named after: stable for a pair of environment and target. */
export function projectName(environment: string, target: string): string {
  const name = `${environment}-${target}`;
  if (name.length <= LONGEST) return name;
  return `${name.slice(0, LONGEST - 13)}-${hexOf(digestOf(name)).slice(0, 12)}`;
}
