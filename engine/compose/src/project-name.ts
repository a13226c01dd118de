import { digestOf, hexOf } from '@stella-ops/engine-kernel';

const LONGEST = 63;

/**
 * What the containers, networks and volumes of a target are named after. Names of environments and targets have hyphens but no
 * underscore, so no two pairs share a project: what carries another one is never touched.
 */
export function projectName(environment: string, target: string): string {
  const name = `${environment}_${target}`;
  if (name.length <= LONGEST) return name;
  return `${name.slice(0, LONGEST - 13)}-${hexOf(digestOf(name)).slice(0, 12)}`;
}
