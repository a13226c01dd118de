import { isDigest } from '@stella-ops/engine-kernel';
import type { Component, Location } from '../types.ts';
import type { Properties } from './properties.ts';
import { sourceRpm } from './purl-facts.ts';

const TRIVY = 'aquasecurity:trivy:';
const SYFT = 'syft:metadata:';

/** Source package from the properties of Trivy (`SrcName`, `SrcVersion`, `SrcRelease`, `SrcEpoch`) and of Syft. */
export function toolSource(properties: Properties, version: string | undefined): Component['source'] {
  const name = properties.first(`${TRIVY}SrcName`);
  if (name !== undefined && name !== '') {
    const epoch = properties.first(`${TRIVY}SrcEpoch`) ?? '';
    const upstream = properties.first(`${TRIVY}SrcVersion`) ?? version ?? '';
    const release = properties.first(`${TRIVY}SrcRelease`) ?? '';
    const prefix = epoch === '' || epoch === '0' ? '' : `${epoch}:`;
    return { name, version: `${prefix}${upstream}${release === '' ? '' : `-${release}`}` };
  }
  const rpm = sourceRpm(properties.first(`${SYFT}sourceRpm`) ?? '');
  if (rpm !== undefined) return rpm;
  const source = properties.first(`${SYFT}source`) ?? properties.first(`${SYFT}originPackage`) ?? '';
  if (source === '') return undefined;
  return { name: source, version: properties.first(`${SYFT}sourceVersion`) ?? version ?? '' };
}

export function toolArchitecture(properties: Properties): string | undefined {
  return properties.first(`${SYFT}architecture`);
}

/** Files that Trivy (one, with the layer's digest) or Syft (numbered) name. Syft's `layerID` is a diff id and no layer digest. */
export function toolLocations(properties: Properties): Location[] {
  const locations: Location[] = [];
  const path = properties.first(`${TRIVY}FilePath`);
  if (path !== undefined && path !== '') {
    const layer = properties.first(`${TRIVY}LayerDigest`);
    locations.push({ path: relativePath(path), ...(isDigest(layer) && { layer }) });
  }
  for (const [rest, value] of properties.startingWith('syft:location:')) {
    if (rest.endsWith(':path') && value !== '') locations.push({ path: relativePath(value) });
  }
  return locations;
}

/** Paths of ours are relative to the image root. */
export function relativePath(path: string): string {
  let start = 0;
  while (path[start] === '/') start++;
  return path.slice(start);
}
