import { digestOf, hexOf } from '@stella-ops/engine-kernel';

const LONGEST = 63;

/**
 * What the containers, networks and volumes of a target are named after, and all that a deployment looks at: what carries
 * another name is never touched. Two tenants, or two servers, may bring the same names to one Engine; they never share a
 * project. Names of environments and targets have hyphens but no underscore, so no two pairs do either.
 *
 * @param tenantId UUID
 * @returns `environment_target_` and 8 hexadecimal digits, at most 63 characters
 */
export function projectName(tenantId: string, environment: string, target: string): string {
  const name = `${environment}_${target}`;
  const short =
    name.length <= LONGEST - 9 ? name : `${name.slice(0, LONGEST - 22)}-${hexOf(digestOf(name)).slice(0, 12)}`;
  return `${short}_${hexOf(digestOf(tenantId)).slice(0, 8)}`;
}
