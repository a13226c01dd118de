import { isDigest } from '@stella-ops/engine-kernel';
import { formatReference, parseReference } from '@stella-ops/engine-oci';

export type ImageInput =
  | { readonly kind: 'tag'; readonly reference: string }
  | { readonly kind: 'digest'; readonly digest: string; readonly reference: string }
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'invalid'; readonly message: string };

const TAG = /^\w[\w.-]{0,127}$/;

/**
 * What somebody wrote for a component's image: a tag, a digest, or a whole reference, which must lie in the component's
 * repository. A digest beside a tag decides.
 */
export function readImageInput(image: string, repository: string): ImageInput {
  if (isDigest(image)) return digestInput(repository, image);
  if (TAG.test(image)) return { kind: 'tag', reference: `${repository}:${image}` };
  const parsed = tryParse(image);
  if (typeof parsed === 'string') return { kind: 'invalid', message: parsed };
  if (placeOf(image) !== placeOf(repository)) return { kind: 'mismatch' };
  if (parsed.digest !== undefined) return digestInput(repository, parsed.digest);
  return { kind: 'tag', reference: `${repository}:${parsed.tag ?? 'latest'}` };
}

function digestInput(repository: string, digest: string): ImageInput {
  return { kind: 'digest', digest, reference: `${repository}@${digest}` };
}

/** Why a text cannot be the repository of a component; `undefined` when it can. */
export function repositoryFault(repository: string): string | undefined {
  const parsed = tryParse(repository);
  if (typeof parsed === 'string') return parsed;
  return undefined;
}

/** Registry and repository, with defaults written out: equal when they are the same place. */
function placeOf(text: string): string {
  const { registry, repository } = parseReference(text);
  return formatReference({ registry, repository });
}

function tryParse(text: string): ReturnType<typeof parseReference> | string {
  try {
    return parseReference(text);
  } catch (error) {
    return error instanceof Error ? error.message : 'it is not an image reference';
  }
}
