import * as z from 'zod';
import { bytes, defineRoute } from './route.ts';
import { JsonValue } from './schemas.ts';

const Readiness = z.object({
  status: z.enum(['ready', 'failing', 'draining']),
  /** Why a check fails stands in the log; this page is public. What is `degraded` serves, and somebody should look. */
  checks: z.array(
    z.object({ name: z.string(), status: z.enum(['ok', 'degraded', 'failing']), durationMs: z.number() }),
  ),
});

/** Served by every process, without authentication: probes and scrapers have no token. */
export const SYSTEM_ROUTES = {
  liveness: defineRoute({
    id: 'system.liveness',
    method: 'GET',
    path: '/health/liveness',
    summary: 'Whether the process answers at all',
    scopes: 'public',
    responses: { 200: z.object({ status: z.literal('alive') }) },
    errors: {},
  }),
  readiness: defineRoute({
    id: 'system.readiness',
    method: 'GET',
    path: '/health/readiness',
    summary: 'Whether the process should get requests',
    scopes: 'public',
    responses: { 200: Readiness, 503: Readiness },
    errors: {},
  }),
  version: defineRoute({
    id: 'system.version',
    method: 'GET',
    path: '/version',
    summary: 'Which release is running',
    scopes: 'public',
    responses: {
      200: z.object({
        service: z.string(),
        version: z.string(),
        channel: z.string(),
        gitCommit: z.string(),
        commit: z.string(),
        buildDate: z.string(),
        buildTimestamp: z.string(),
      }),
    },
    errors: {},
  }),
  metrics: defineRoute({
    id: 'system.metrics',
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics in the Prometheus text format',
    scopes: 'public',
    responses: { 200: bytes('text/plain') },
    errors: {},
  }),
  capabilities: defineRoute({
    id: 'system.capabilities',
    method: 'GET',
    path: '/capabilities',
    summary: 'What the services of this process do and refuse to do',
    scopes: 'public',
    responses: { 200: z.record(z.string(), JsonValue) },
    errors: {},
  }),
} as const;
