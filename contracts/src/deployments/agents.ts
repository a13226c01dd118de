import * as z from 'zod';
import { pageOf, pageQuery } from '../paging.ts';
import { defineRoute } from '../route.ts';
import { Platform } from '../scanner/index.ts';
import { Digest, Id, Slug, Timestamp } from '../schemas.ts';
import { DEPLOYMENTS_ERRORS as E } from './errors.ts';

export const Agent = z.object({
  id: Id,
  name: Slug,
  status: z.enum(['online', 'stale', 'revoked', 'never_seen']),
  softwareVersion: z.string(),
  platform: Platform.nullable(),
  certificateSerial: z.string(),
  certificateExpiresAt: Timestamp,
  lastSeenAt: Timestamp.nullable(),
  targets: z.array(z.string()),
  enrolledAt: Timestamp,
});
export type Agent = z.infer<typeof Agent>;

const agentParams = z.strictObject({ agentId: Id });

/** Which agents there are, and who may become one. */
export const AGENT_IDENTITY_ROUTES = {
  createEnrolment: defineRoute({
    id: 'deployments.enrolments.create',
    method: 'POST',
    path: '/api/v1/agents/enrolments',
    summary: 'Make a token by which one agent may enrol within an hour',
    scopes: ['environment.write'],
    body: z.strictObject({ name: Slug }),
    // Not idempotent by key: an answer that is kept would keep the token.
    responses: {
      201: z.object({
        token: z.string(),
        expiresAt: Timestamp,
        /** SHA-256 of the certificate authority, which the agent pins. */
        authorityFingerprint: Digest,
        /** Where agents dial in. */
        address: z.string(),
      }),
    },
    errors: { TARGET_NAME_TAKEN: E.TARGET_NAME_TAKEN, AUTHORITY_UNAVAILABLE: E.AUTHORITY_UNAVAILABLE },
  }),
  listAgents: defineRoute({
    id: 'deployments.agents.list',
    method: 'GET',
    path: '/api/v1/agents',
    summary: 'List agents by name',
    scopes: ['environment.read'],
    query: z.strictObject({ ...pageQuery }),
    responses: { 200: pageOf(Agent) },
    errors: {},
    paging: true,
  }),
  getAgent: defineRoute({
    id: 'deployments.agents.get',
    method: 'GET',
    path: '/api/v1/agents/{agentId}',
    summary: 'Read an agent',
    scopes: ['environment.read'],
    params: agentParams,
    responses: { 200: Agent },
    errors: {},
  }),
  revokeAgent: defineRoute({
    id: 'deployments.agents.revoke',
    method: 'DELETE',
    path: '/api/v1/agents/{agentId}',
    summary: 'Revoke the identity of an agent at once',
    scopes: ['environment.write'],
    params: agentParams,
    responses: { 200: Agent },
    errors: {},
  }),
} as const;
