import { digestOf } from '@stella-ops/engine-kernel';
import { fromCycloneDx } from '../cyclonedx/from-cyclonedx.ts';
import type { SbomReading } from '../sbom-reading.ts';
import { fromSpdx } from '../spdx/from-spdx.ts';
import type { Component, Inventory } from '../types.ts';

/** Foreign documents for the tests of this package. */
export const documentDigest = digestOf('document');

export type Read = Extract<SbomReading, { ok: true }>;

export function readOk(reading: SbomReading): Read {
  if (!reading.ok) throw reading.error;
  return reading;
}

/** Through JSON, as documents come: a `__proto__` member is an own one then. */
export function readCycloneDx(members: string | Readonly<Record<string, unknown>>): SbomReading {
  const given = typeof members === 'string' ? (JSON.parse(members) as Record<string, unknown>) : members;
  return fromCycloneDx({ bomFormat: 'CycloneDX', specVersion: '1.5', ...given }, 'bom.json', documentDigest);
}

export function readComponents(...components: unknown[]): Read {
  return readOk(readCycloneDx({ components }));
}

export function readSpdx(members: Readonly<Record<string, unknown>>): SbomReading {
  return fromSpdx({ spdxVersion: 'SPDX-2.3', name: 'document', ...members }, 'bom.spdx.json', documentDigest);
}

export function readPackages(...packages: unknown[]): Read {
  return readOk(readSpdx({ packages }));
}

export function only(inventory: Inventory): Component {
  const [component, ...others] = inventory.components;
  if (component === undefined || others.length > 0) throw new Error(`${inventory.components.length} components`);
  return component;
}

export const purlReference = (referenceLocator: string) => ({
  referenceCategory: 'PACKAGE-MANAGER',
  referenceType: 'purl',
  referenceLocator,
});
