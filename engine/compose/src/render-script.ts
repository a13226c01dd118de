import { digestOfJson } from '@stella-ops/engine-kernel';
import type { ScriptPlan } from './plan-types.ts';
import { checkProject, releaseImage, rendered } from './render-compose.ts';
import type { Rendered, RenderOptions, ScriptTemplate } from './types.ts';

/**
 * Fills the images of a release into a script template. Hooks see all of them as `STELLA_IMAGE_<COMPONENT>`. Equal
 * input gives equal bytes.
 *
 * @throws AppError `COMPOSE_IMAGE_MISSING`, `COMPOSE_INVALID` as {@link renderCompose} does
 */
export function renderScript(template: ScriptTemplate, options: RenderOptions): Rendered<ScriptPlan> {
  const { project, labels, images } = options;
  checkProject(project);
  if (template.archive !== null) releaseImage(template.archive, images);
  const components = Object.keys(images)
    .sort()
    .map((component) => ({ component, image: releaseImage(component, images) }));
  const { archive, files, hooks, keep } = template;
  return rendered({
    format: 'stella.script-plan/v1',
    ...labels,
    project,
    components,
    archive,
    files,
    hooks,
    keep,
    contentDigest: contentDigest({ components, archive, files }),
  });
}

/** What a folder of a release holds: two plans with the same content share the folder. */
export function contentDigest({ components, archive, files }: Pick<ScriptPlan, 'components' | 'archive' | 'files'>) {
  const digests = components.map(({ component, image }) => [component, image.manifestDigest]);
  return digestOfJson({ components: digests, archive, files });
}
