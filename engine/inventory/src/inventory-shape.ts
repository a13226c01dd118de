import { shape } from '@stella-ops/engine-kernel';
import { LIMITS } from './limits.ts';
import type { Component, Distro, Gap, Inventory, Layer, Location, Relation, Subject } from './types.ts';

const text = shape.string({ max: LIMITS.longTextLength });
const name = shape.string({ min: 1, max: LIMITS.textLength });
const texts = shape.array(text, { max: LIMITS.listLength });
const hash = shape.object({ algorithm: name, value: text });

/** Strict shapes of the parts of `stella.inventory/v1`. */
export const subjectShape: shape.Shape<Subject> = shape.object({
  kind: shape.literal('image', 'directory', 'sbom'),
  name: text,
  digest: shape.optional(shape.digest),
  describes: shape.optional(shape.digest),
  configDigest: shape.optional(shape.digest),
  indexDigest: shape.optional(shape.digest),
  platform: shape.optional(shape.object({ os: text, architecture: text, variant: shape.optional(text) })),
});

export const distroShape: shape.Shape<Distro> = shape.object({
  id: text,
  versionId: shape.optional(text),
  codename: shape.optional(text),
  prettyName: shape.optional(text),
  idLike: shape.optional(texts),
});

export const layerShape: shape.Shape<Layer> = shape.object({
  digest: shape.digest,
  diffId: shape.optional(shape.digest),
  diffIdVerified: shape.optional(shape.boolean),
  sizeBytes: shape.integer({ min: 0 }),
});

const locationShape: shape.Shape<Location> = shape.object({ path: text, layer: shape.optional(shape.digest) });

export const gapShape: shape.Shape<Gap> = shape.object({
  code: name,
  path: shape.optional(text),
  layer: shape.optional(shape.digest),
  detail: text,
});

const extras = {
  ref: name,
  kind: shape.literal('library', 'application', 'operating-system', 'file', 'other'),
  type: name,
  source: shape.optional(shape.object({ name: text, version: text })),
  architecture: shape.optional(text),
  licenses: shape.optional(texts),
  hashes: shape.optional(shape.array(hash, { max: LIMITS.listLength })),
  locations: shape.array(locationShape, { max: LIMITS.locationsPerComponent }),
  evidence: shape.object({ analyzer: text, grade: shape.literal('exact', 'derived', 'claimed') }),
  properties: shape.optional(shape.record(text, { max: LIMITS.listLength })),
} as const;

/** The members of a component that SPDX has no field for. */
export const componentExtrasShape = shape.object(extras);
export type ComponentExtras = shape.ShapeOf<typeof componentExtrasShape>;

const componentShape: shape.Shape<Component> = shape.object({
  ...extras,
  name: text,
  version: shape.optional(text),
  purl: shape.optional(text),
  supplier: shape.optional(text),
});

const relationShape: shape.Shape<Relation> = shape.object({
  from: name,
  to: name,
  kind: shape.literal('depends-on', 'contains'),
});

export const inventoryShape: shape.Shape<Inventory> = shape.object({
  format: shape.literal('stella.inventory/v1'),
  subject: subjectShape,
  distro: shape.optional(distroShape),
  layers: shape.array(layerShape, { max: LIMITS.listLength }),
  components: shape.array(componentShape, { max: LIMITS.components }),
  relations: shape.array(relationShape, { max: LIMITS.relations }),
  gaps: shape.array(gapShape, { max: LIMITS.components }),
  analyzers: shape.record(shape.integer({ min: 0 }), { max: LIMITS.listLength }),
});
