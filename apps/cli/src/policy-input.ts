import {
  exceptionsOrThrow,
  type ExceptionSet,
  NO_EXCEPTIONS,
  packOrThrow,
  type PolicyPack,
} from '@stella-ops/engine-policy';
import { parseTimestamp } from '@stella-ops/engine-kernel';
import type { Context } from './context.ts';
import { readInput } from './input.ts';

/** Options that `policy check` and `decide` share. */
export const JUDGE_OPTIONS = {
  exceptions: { type: 'text', value: 'FILE', summary: 'exceptions, YAML or JSON' },
  env: { type: 'text', value: 'NAME', summary: 'environment the decision is for' },
  at: { type: 'text', value: 'TIME', summary: 'time of the decision, RFC 3339 (default: now)' },
} as const;

export async function readPackFile(
  path: string,
  context: Context,
): Promise<{ readonly bytes: Buffer; readonly pack: PolicyPack }> {
  const bytes = await readInput(path, context, 4 << 20);
  return { bytes, pack: packOrThrow(bytes, path) };
}

export async function readExceptionsFile(path: string | undefined, context: Context): Promise<ExceptionSet> {
  return path === undefined ? NO_EXCEPTIONS : exceptionsOrThrow(await readInput(path, context, 4 << 20), path);
}

/** @throws AppError `ENCODING_INVALID` */
export function decisionTime(at: string | undefined, context: Context): string {
  return parseTimestamp(at ?? context.clock.now());
}
