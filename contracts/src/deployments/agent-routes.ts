import * as z from 'zod';
import { defineRoute } from '../route.ts';
import { Platform } from '../scanner/index.ts';
import { Digest, Id, JsonValue, Timestamp } from '../schemas.ts';
import { DEPLOYMENTS_ERRORS as E } from './errors.ts';
import { observedShape, TargetKind } from './targets.ts';
import { StepReport } from './tasks.ts';

const taskParams = z.strictObject({ taskId: Id });

/** What an agent says and hears, on the port with mutual TLS. */
export const AGENT_ROUTES = {
  enrol: defineRoute({
    id: 'deployments.agent.enrol',
    method: 'POST',
    path: '/agent/v1/enrol',
    summary: 'Exchange an enrolment token and a certificate request for an identity',
    scopes: 'public',
    body: z.strictObject({
      token: z.string().min(1).max(300),
      /** PEM, PKCS#10 with a P-256 key. */
      csr: z.string().min(1).max(5000),
      softwareVersion: z.string().min(1).max(60),
      platform: Platform,
    }),
    responses: { 201: z.object({ agentId: Id, name: z.string(), certificate: z.string(), authority: z.string() }) },
    errors: {
      ENROLMENT_INVALID: E.ENROLMENT_INVALID,
      CSR_INVALID: E.CSR_INVALID,
      AUTHORITY_UNAVAILABLE: E.AUTHORITY_UNAVAILABLE,
    },
  }),
  renew: defineRoute({
    id: 'deployments.agent.renew',
    method: 'POST',
    path: '/agent/v1/renew',
    summary: 'Exchange a certificate request for the next certificate',
    scopes: ['agent.work'],
    body: z.strictObject({ csr: z.string().min(1).max(5000) }),
    responses: { 200: z.object({ certificate: z.string() }) },
    errors: { CSR_INVALID: E.CSR_INVALID, AUTHORITY_UNAVAILABLE: E.AUTHORITY_UNAVAILABLE },
  }),
  takeTask: defineRoute({
    id: 'deployments.agent.take',
    method: 'POST',
    path: '/agent/v1/tasks/take',
    summary: 'Lease the next task; answers at once when there is one, else within the time to wait',
    scopes: ['agent.work'],
    body: z.strictObject({
      waitMs: z.int().min(0).max(25_000),
      softwareVersion: z.string().max(60),
      platform: Platform,
    }),
    responses: {
      200: z.object({
        task: z
          .object({
            id: Id,
            kind: z.enum(['deploy', 'rollback']),
            target: z.object({ id: Id, name: z.string(), kind: TargetKind }),
            deploymentId: Id,
            fencingToken: z.int(),
            /** 1 at first, one more each time that people have it tried again; what an earlier one ended with is over. */
            attempt: z.int().min(1),
            leaseMs: z.int(),
            /** Rendered, canonical: exactly what is to be done. Its digest is `planDigest`. */
            plan: JsonValue,
            planDigest: Digest,
          })
          .nullable(),
        /** Targets that the agent watches. */
        targets: z.array(z.object({ id: Id, name: z.string(), kind: TargetKind })),
      }),
    },
    errors: {},
  }),
  reportProgress: defineRoute({
    id: 'deployments.agent.progress',
    method: 'POST',
    path: '/agent/v1/tasks/{taskId}/progress',
    summary: 'Tell how far a task is; renews the lease',
    scopes: ['agent.work'],
    params: taskParams,
    body: z.strictObject({
      fencingToken: z.int().min(1),
      steps: z.array(StepReport).max(500),
      output: z.string().max(65_536),
    }),
    responses: { 200: z.object({ leaseMs: z.int(), isCancelled: z.boolean() }) },
    errors: { LEASE_LOST: E.LEASE_LOST },
  }),
  finishTask: defineRoute({
    id: 'deployments.agent.finish',
    method: 'POST',
    path: '/agent/v1/tasks/{taskId}/finish',
    summary: 'Tell how a task ended, with the receipt',
    scopes: ['agent.work'],
    params: taskParams,
    body: z.strictObject({
      fencingToken: z.int().min(1),
      outcome: z.enum(['succeeded', 'failed']),
      steps: z.array(StepReport).max(500),
      output: z.string().max(65_536),
      /** What was done: digests that run, container ids, times. Signed into evidence by the control plane. */
      receipt: z.record(z.string(), z.unknown()),
    }),
    responses: { 200: z.object({ receiptDigest: Digest }) },
    errors: { LEASE_LOST: E.LEASE_LOST },
  }),
  observe: defineRoute({
    id: 'deployments.agent.observe',
    method: 'POST',
    path: '/agent/v1/observations',
    summary: 'Tell what runs on a target now',
    scopes: ['agent.work'],
    body: z.strictObject({
      targetId: Id,
      observedAt: Timestamp,
      engineVersion: z.string().max(60).nullable(),
      containers: z.array(z.strictObject(observedShape)).max(2000),
    }),
    responses: { 200: z.object({ drift: z.int() }) },
    errors: {},
  }),
} as const;
