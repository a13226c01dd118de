import * as z from 'zod';
import { defineRoute } from '../route.ts';
import { Digest, Id, Timestamp } from '../schemas.ts';

/** What is where: one component in one environment. */
export const BoardCell = z.object({
  environment: z.string(),
  environmentId: Id,
  releaseId: Id.nullable(),
  release: z.string().nullable(),
  version: z.string().nullable(),
  digest: Digest.nullable(),
  state: z.enum(['empty', 'approved', 'deploying', 'deployed', 'failed', 'pending_gate', 'pending_approval', 'frozen']),
  sentence: z.string(),
  promotionId: Id.nullable(),
  /**
   * What is on its way here, or was and failed; `state`, `sentence` and `promotionId` are then of it. Until it is there on
   * every target, the release before it is what runs.
   */
  next: z.object({ promotionId: Id, releaseId: Id, release: z.string(), version: z.string() }).nullable(),
  drift: z.int(),
  isFrozen: z.boolean(),
  since: Timestamp.nullable(),
});
export type BoardCell = z.infer<typeof BoardCell>;

/** What runs where. */
export const BOARD_ROUTES = {
  getBoard: defineRoute({
    id: 'deployments.board.get',
    method: 'GET',
    path: '/api/v1/board',
    summary: 'Read what runs where: components in rows, environments in columns',
    scopes: ['release.read'],
    responses: {
      200: z.object({
        environments: z.array(
          z.object({ id: Id, name: z.string(), order: z.int(), isFrozen: z.boolean(), targets: z.int() }),
        ),
        rows: z.array(
          z.object({ component: z.string(), componentId: Id, repository: z.string(), cells: z.array(BoardCell) }),
        ),
        asOf: Timestamp,
      }),
    },
    errors: {},
  }),
  whereIs: defineRoute({
    id: 'deployments.digests.get',
    method: 'GET',
    path: '/api/v1/where/{imageDigest}',
    summary: 'Read where a digest is: releases, environments, targets',
    scopes: ['release.read'],
    params: z.strictObject({ imageDigest: Digest }),
    responses: {
      200: z.object({
        imageDigest: Digest,
        releases: z.array(z.object({ id: Id, release: z.string(), component: z.string(), createdAt: Timestamp })),
        environments: z.array(z.object({ id: Id, name: z.string(), since: Timestamp, promotionId: Id })),
        targets: z.array(z.object({ id: Id, name: z.string(), environment: z.string(), containers: z.int() })),
      }),
    },
    errors: {},
  }),
} as const;
