import * as z from 'zod';
import { defineEvent } from '../event.ts';
import { Id } from '../schemas.ts';
import { DeploymentState } from './deployments.ts';

export const DEPLOYMENTS_EVENTS = {
  deploymentChanged: defineEvent({
    type: 'deployments.deployment.changed',
    version: 1,
    summary: 'A deployment began, went on, or ended',
    scope: 'promotion.read',
    data: z.strictObject({
      deploymentId: Id,
      promotionId: Id.nullable(),
      releaseId: Id,
      environment: z.string(),
      from: DeploymentState.nullable(),
      to: DeploymentState,
      version: z.int(),
    }),
  }),
  targetChanged: defineEvent({
    type: 'deployments.target.changed',
    version: 1,
    summary: 'A target was added, taken out, seen differently, or fell silent',
    scope: 'environment.read',
    data: z.strictObject({ targetId: Id, name: z.string(), environment: z.string(), drift: z.int() }),
  }),
  agentChanged: defineEvent({
    type: 'deployments.agent.changed',
    version: 1,
    summary: 'An agent enrolled, was revoked, got a new certificate, or came with a lease that another has taken over',
    scope: 'environment.read',
    data: z.strictObject({
      agentId: Id,
      name: z.string(),
      change: z.enum(['enrolled', 'revoked', 'renewed', 'lease-lost']),
    }),
  }),
} as const;
