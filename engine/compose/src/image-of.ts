import { AppError, type Shape } from '@stella-ops/engine-kernel';
import { parseReference } from '@stella-ops/engine-oci';
import { wrong } from './shapes.ts';
import type { TemplateImage } from './types.ts';

/** Names of components: lower-case words joined by single signs. */
export const COMPONENT_NAME = /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/;

/** `component:NAME`, or `repository@sha256:…` of an image that the release does not hold. */
export const image: Shape<TemplateImage> = (value, pointer, violations) => {
  if (typeof value !== 'string') return wrong(violations, pointer, 'expected an image');
  if (value.startsWith('component:')) {
    const component = value.slice('component:'.length);
    if (COMPONENT_NAME.test(component)) return { kind: 'component', component };
    return wrong(violations, pointer, `"${component.slice(0, 60)}" is not the name of a component`);
  }
  try {
    const { registry, repository, digest } = parseReference(value);
    if (digest !== undefined) return { kind: 'digest', repository: `${registry}/${repository}`, digest };
    return wrong(violations, pointer, `the image "${value.slice(0, 200)}" is not pinned by digest`);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return wrong(violations, pointer, `the image is not pinned by digest: ${error.message}`);
  }
};
