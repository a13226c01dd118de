import { type BundleContent, readBundle } from '@stella-ops/engine-archive';
import { readBundle as readSigstoreBundle } from '@stella-ops/engine-envelope';
import { AppError, formatPlace } from '@stella-ops/engine-kernel';
import { CAPSULE_KIND } from './pack-capsule.ts';
import { MEMBERS, SEALS } from './members.ts';

/** Something in a capsule that is not as it should be. */
export interface CapsuleFault {
  /** Member of the archive, or `(archive)`. */
  readonly file: string;
  /** Kind of check, such as `digest`, `tar-canonical`, `signature`, `subject`. */
  readonly check: string;
  readonly detail: string;
}

/** The archive of a capsule, taken apart. `files` has only members that are as the manifest says. */
export interface OpenedCapsule extends BundleContent {
  readonly faults: readonly CapsuleFault[];
}

/**
 * Takes a capsule apart, to at most 1 GiB. Whatever is wrong is a fault; signatures are not looked at.
 */
export async function openCapsule(bytes: Uint8Array): Promise<OpenedCapsule> {
  const content = await readBundle(bytes, { sealNames: [...SEALS] });
  const faults: CapsuleFault[] = content.faults.map(({ file, check, detail, expected, found }) => ({
    file,
    check,
    detail: expected === undefined ? detail : `${detail}: expected ${expected}, found ${found}`,
  }));
  if (content.manifest !== undefined) {
    const { kind, files } = content.manifest;
    if (kind !== CAPSULE_KIND) {
      faults.push({ file: 'manifest.json', check: 'kind', detail: `the bundle is of kind ${kind}, not a capsule` });
    }
    const listed = new Set(files.map(({ path }) => path));
    for (const path of MEMBERS) {
      if (!listed.has(path)) faults.push({ file: path, check: 'missing', detail: 'a capsule has this member' });
    }
    for (const path of listed) {
      if (!MEMBERS.includes(path))
        faults.push({ file: path, check: 'unknown', detail: 'a capsule has no such member' });
    }
  }
  return { ...content, faults };
}

/** The bytes that a seal is over, believed by nobody yet. */
export function payloadOf(seal: Uint8Array | undefined): Buffer | undefined {
  if (seal === undefined) return undefined;
  const bundle = readSigstoreBundle(seal);
  return bundle.ok && bundle.value.content.kind === 'envelope' ? bundle.value.content.envelope.payload : undefined;
}

/** An error about a document as a fault; programmer errors go on. */
export function faultOf(error: unknown, file: string, check: string): CapsuleFault {
  if (!(error instanceof AppError)) throw error;
  return { file: error.place?.file ?? file, check, detail: `${error.message} (${error.code}${placeText(error)})` };
}

function placeText({ place }: AppError): string {
  const { file: _, ...rest } = place ?? {};
  const text = formatPlace(rest);
  return text === '' ? '' : ` at ${text}`;
}
