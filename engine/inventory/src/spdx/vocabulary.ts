import { canonicalJson, shape } from '@stella-ops/engine-kernel';
import { LIMITS } from '../limits.ts';
import { distroShape, gapShape, layerShape, subjectShape } from '../inventory-shape.ts';

/** Comments that begin so carry, as canonical JSON, what SPDX has no field for. */
export const DOCUMENT_COMMENT = 'stella.inventory/v1 ';
export const COMPONENT_COMMENT = 'stella.component/v1 ';

export const documentExtrasShape = shape.object({
  subject: subjectShape,
  distro: shape.optional(distroShape),
  layers: shape.array(layerShape, { max: LIMITS.listLength }),
  gaps: shape.array(gapShape, { max: LIMITS.components }),
  analyzers: shape.record(shape.integer({ min: 0 }), { max: LIMITS.listLength }),
});

export const ROOT_ID = 'SPDXRef-ContainerImage';
export const DISTRO_ID = 'SPDXRef-OperatingSystem';
export const DOCUMENT_ID = 'SPDXRef-DOCUMENT';

/** An annotation (SPDX 2.3 section 12) of this product. */
export function annotation(prefix: string, value: unknown, by: { annotator: string; created: string }) {
  return {
    annotationDate: by.created,
    annotationType: 'OTHER',
    annotator: by.annotator,
    comment: prefix + canonicalJson(value),
  };
}

/** How Trivy writes the source package of an operating system's package into `sourceInfo`; we write and read the same. */
export const SOURCE_INFO = 'built package from: ';
