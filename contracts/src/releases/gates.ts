import * as z from 'zod';
import { Person } from '../person.ts';
import { Digest, Timestamp } from '../schemas.ts';

/** One condition of a promotion: what it says, why, who can unblock it, and when it changes by itself. */
export const Gate = z.object({
  name: z.enum(['order', 'freeze', 'scan', 'policy', 'evidence', 'approval']),
  /** Which component or image it is about; null: the promotion as a whole. */
  component: z.string().nullable(),
  imageDigest: Digest.nullable(),
  state: z.enum(['passed', 'blocked', 'waiting', 'skipped']),
  /** One sentence, the same in API, command line and console. */
  sentence: z.string(),
  /** What to do; null when nothing is to be done. */
  fix: z.string().nullable(),
  /** Who can do it: a role or a sentence. */
  unblockedBy: z.string().nullable(),
  /** When it changes by itself. */
  changesAt: Timestamp.nullable(),
  evidence: z.array(z.object({ kind: z.enum(['decision', 'packet', 'image', 'promotion']), id: z.string() })),
  reasons: z.array(
    z.object({
      code: z.string(),
      sentence: z.string(),
      fix: z.string().nullable(),
      vulnerability: z.string().nullable(),
      component: z.string().nullable(),
    }),
  ),
  evaluatedAt: Timestamp,
});
export type Gate = z.infer<typeof Gate>;

export const VoidCode = z.enum(['right_lost', 'duties', 'changed', 'blocked', 'withdrawn']);
export type VoidCode = z.infer<typeof VoidCode>;

export const Approval = z.object({
  person: Person,
  verdict: z.enum(['approved', 'rejected']),
  reason: z.string(),
  /** What it was given for: it does not carry over to anything else. */
  releaseDigest: Digest,
  policyDigest: Digest.nullable(),
  /** Whether it counts. One that does not never counts again: who may approve by then gives another. */
  isValid: z.boolean(),
  /** Why it no longer counts, and since when; null while it counts, and of those voided before this was kept. */
  voided: z.object({ code: VoidCode, sentence: z.string(), at: Timestamp }).nullable().default(null),
  decidedAt: Timestamp,
});
export type Approval = z.infer<typeof Approval>;
