import type { Distro } from '../types.ts';
import type { Properties } from './properties.ts';
import { distroId } from './purl-facts.ts';

export interface DistroComponent {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

/** The distribution that an operating-system component stands for; Syft adds the fields of os-release to it. */
export function distroOf({ name, version }: DistroComponent, properties?: Properties): Distro | undefined {
  if (name === undefined) return undefined;
  const syft = (field: string) => properties?.first(`syft:distro:${field}`) || undefined;
  const versionId = syft('versionID') ?? version;
  const codename = syft('versionCodename');
  const prettyName = syft('prettyName');
  const idLike = (properties?.startingWith('syft:distro:idLike:') ?? []).map(([, value]) => value);
  return {
    id: distroId(syft('id') ?? name),
    ...(versionId !== undefined && { versionId }),
    ...(codename !== undefined && { codename }),
    ...(prettyName !== undefined && { prettyName }),
    ...(idLike.length > 0 && { idLike }),
  };
}
