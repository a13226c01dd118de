import type { AppError, Digest, Violation } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { Inventory } from './types.ts';

/** What became of a foreign document. `violations` are faults that make it unusable; `warnings` say what was left out or repaired. */
export type SbomReading =
  | { readonly ok: true; readonly inventory: Inventory; readonly warnings: readonly Violation[] }
  | { readonly ok: false; readonly error: AppError; readonly violations: readonly Violation[] };

/** Reads one parsed document; `digest` is that of its bytes and becomes the subject's. */
export type SbomReader = (document: unknown, file: string, digest: Digest) => SbomReading;

export function unreadable(error: AppError, violations: readonly Violation[] = []): SbomReading {
  return { ok: false, error, violations };
}

export function invalid(file: string, violations: readonly Violation[]): SbomReading {
  const [first] = violations;
  const place = { file, pointer: first?.pointer ?? '' };
  return unreadable(fail('SBOM_INVALID', `not a usable SBOM: ${first?.message}`, { place }), violations);
}

export function tooLarge(file: string): SbomReading {
  const message = `over ${LIMITS.components} components or ${LIMITS.relations} relations`;
  return unreadable(fail('SBOM_TOO_LARGE', message, { place: { file } }));
}
