import { Digest } from '@stella-ops/contracts';
import * as z from 'zod';

/** What a judgement of an image was made from, by digest. */
export const JudgedState = z.object({
  inventory: Digest,
  advisories: Digest,
  vex: Digest.nullable(),
  policy: Digest,
  /** Of the exceptions that may cover the image. */
  exceptions: Digest,
});
export type JudgedState = z.infer<typeof JudgedState>;

/** Which members differ; all of them when there is nothing to compare with. */
export function changedMembers(before: JudgedState | null, after: JudgedState): (keyof JudgedState)[] {
  return (Object.keys(JudgedState.shape) as (keyof JudgedState)[]).filter((name) => before?.[name] !== after[name]);
}
