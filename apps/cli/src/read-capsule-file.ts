import { verifyCapsule } from '@stella-ops/engine-capsule';
import type { Context } from './context.ts';
import { fail } from './errors.ts';
import { readInput } from './input.ts';
import { readTrustFiles } from './trust-input.ts';

/**
 * Bytes of a capsule for a command that shows or compares. When the caller names whom to trust, a capsule that does not
 * verify is refused before anything in it is shown.
 *
 * @throws AppError `CAPSULE_NOT_VERIFIED` that names the first fault, and what reading files throws
 */
export async function readCapsuleFile(
  path: string,
  options: { readonly 'trusted-root': readonly string[]; readonly key: readonly string[] },
  context: Context,
): Promise<Buffer> {
  const bytes = await readInput(path, context, 1 << 30);
  const trust = await readTrustFiles(options, context);
  if (trust === undefined) return bytes;
  const { status, faults, lacking } = await verifyCapsule(bytes, { trust });
  if (status === 'verified') return bytes;
  const [first] = [...faults, ...lacking];
  throw fail('CAPSULE_NOT_VERIFIED', `the capsule is ${status}: ${first?.file}: ${first?.check}: ${first?.detail}`, {
    place: { file: path },
  });
}
