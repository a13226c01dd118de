import * as z from 'zod';
import { defineEvent } from '../event.ts';
import { Digest, Id } from '../schemas.ts';
import { PromotionState } from './promotions.ts';

export const RELEASES_EVENTS = {
  releaseCreated: defineEvent({
    type: 'releases.release.created',
    version: 1,
    summary: 'A release was created',
    scope: 'release.read',
    data: z.strictObject({ releaseId: Id, name: z.string(), version: z.string(), imageDigests: z.array(Digest) }),
  }),
  promotionChanged: defineEvent({
    type: 'releases.promotion.changed',
    version: 1,
    summary: 'A promotion was asked for, its gates were looked at, or it went on to another state',
    scope: 'promotion.read',
    data: z.strictObject({
      promotionId: Id,
      releaseId: Id,
      environment: z.string(),
      from: PromotionState.nullable(),
      to: PromotionState,
      version: z.int(),
      imageDigests: z.array(Digest),
    }),
  }),
  environmentChanged: defineEvent({
    type: 'releases.environment.changed',
    version: 1,
    summary: 'An environment was created, changed, frozen or unfrozen',
    scope: 'environment.read',
    data: z.strictObject({ environmentId: Id, name: z.string() }),
  }),
} as const;
