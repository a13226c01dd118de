import { EXIT } from '@stella-ops/engine-kernel/errors';
import * as z from 'zod';
import type { ErrorTable } from '../errors.ts';
import { defineEvent } from '../event.ts';
import { pageOf, pageQuery } from '../paging.ts';
import { bytes, defineRoute, events } from '../route.ts';
import { Platform } from '../scanner/index.ts';
import { Digest, Id, JsonValue, Slug, Timestamp } from '../schemas.ts';

export const DEPLOYMENTS_ERRORS = {
  TARGET_NAME_TAKEN: { status: 409, exit: EXIT.invalid, hint: 'Choose another name.' },
  TARGET_IN_USE: { status: 409, exit: EXIT.invalid, hint: 'Wait until its deployment has ended, or cancel that.' },
  TARGET_AGENT: { status: 422, exit: EXIT.notFound, hint: 'Name an agent of "stella agent list".' },
  TARGETS_MISSING: { status: 409, exit: EXIT.invalid, hint: 'Add a target with "stella target add".' },
  TEMPLATE_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Correct the member named; the guide lists what is supported.',
  },
  TEMPLATE_MISSING: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'Give the environment a template with "stella env template".',
  },
  DEPLOYMENT_STATE: { status: 409, exit: EXIT.invalid, hint: 'Read the deployment: its state does not allow this.' },
  DEPLOYMENT_RUNS: {
    status: 409,
    exit: EXIT.retry,
    retryable: true,
    hint: 'One deployment of an environment runs at a time.',
  },
  ROLLBACK_UNKNOWN: { status: 422, exit: EXIT.notFound, hint: 'Name a release that was deployed here before.' },
  ENROLMENT_INVALID: {
    status: 403,
    exit: EXIT.verification,
    hint: 'The token counts once and for an hour: make another with "stella agent enrol".',
  },
  CSR_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Send a PEM certificate request with a P-256 key.' },
  PLATFORM_MISSING: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'Build the image for the platform of the target, and release it.',
  },
  AUTHORITY_UNAVAILABLE: {
    status: 503,
    exit: EXIT.unexpected,
    hint: 'The master key does not open the key of the agent authority: check STELLA_MASTER_KEY_FILE.',
  },
  LEASE_LOST: {
    status: 409,
    exit: EXIT.retry,
    hint: 'Another lease of the task has begun: stop working on it and ask for tasks again.',
  },
} as const satisfies ErrorTable;

const E = DEPLOYMENTS_ERRORS;
const Person = z.object({ id: z.string(), name: z.string() });

export const TargetKind = z.enum(['docker', 'script']);
export const Strategy = z.enum(['all_at_once', 'rolling']);

const observedShape = {
  containerId: z.string().max(100),
  name: z.string().max(300),
  /** `stella.*` labels only. */
  labels: z.record(z.string().max(100), z.string().max(300)),
  imageId: z.string().max(100),
  repoDigests: z.array(z.string().max(500)).max(50),
  state: z.string().max(40),
  health: z.enum(['none', 'starting', 'healthy', 'unhealthy']),
  startedAt: z.string().max(60).nullable(),
};
/** A container as an agent saw it, by all names that its image may have. */
export const ObservedContainer = z.object(observedShape);
export type ObservedContainer = z.infer<typeof ObservedContainer>;

export const DriftKind = z.enum(['wrong_digest', 'missing', 'rogue', 'unhealthy', 'stale']);
/** Where what runs differs from what should. */
export const Drift = z.object({
  kind: DriftKind,
  service: z.string().nullable(),
  sentence: z.string(),
  expected: Digest.nullable(),
  observed: z.string().nullable(),
  since: Timestamp,
});
export type Drift = z.infer<typeof Drift>;

/** A Docker Engine or script host that an agent reaches. */
export const Target = z.object({
  id: Id,
  name: Slug,
  environment: z.string(),
  environmentId: Id,
  kind: TargetKind,
  agentId: Id,
  agent: z.string(),
  status: z.enum(['online', 'stale', 'never_seen']),
  lastSeenAt: Timestamp.nullable(),
  /** Of the host, as the agent told it. */
  platform: Platform.nullable(),
  engineVersion: z.string().nullable(),
  /** What runs there by the last receipt. */
  release: z.string().nullable(),
  releaseId: Id.nullable(),
  deploymentId: Id.nullable(),
  observedAt: Timestamp.nullable(),
  containers: z.array(ObservedContainer),
  drift: z.array(Drift),
  version: z.int(),
  createdAt: Timestamp,
});
export type Target = z.infer<typeof Target>;

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

/**
 * A rollback is a deployment of its own (`kind`): `rolling_back` where another is `running`, and `rolled_back` where
 * another has `succeeded`.
 */
export const DeploymentState = z.enum([
  'pending',
  'running',
  'succeeded',
  'failed',
  'rolling_back',
  'rolled_back',
  'cancelled',
]);
export const TaskState = z.enum(['waiting', 'queued', 'running', 'succeeded', 'failed', 'skipped', 'cancelled']);
export const StepState = z.enum(['pending', 'running', 'done', 'failed', 'skipped', 'undone']);

const stepError = { code: z.string(), message: z.string(), hint: z.string() };
const stepShape = {
  id: z.string(),
  service: z.string().nullable(),
  /** `pull`, `create`, `start`, `wait-healthy`, `stop`, `remove`, `record`, `hook`, `switch`. */
  action: z.string(),
  sentence: z.string(),
  state: StepState,
  startedAt: Timestamp.nullable(),
  finishedAt: Timestamp.nullable(),
  error: z.object(stepError).nullable(),
};
/** One step of a plan on one target: a sentence before it happens, and what came of it. */
export const Step = z.object(stepShape);
export type Step = z.infer<typeof Step>;
const StepReport = z.strictObject({ ...stepShape, error: z.strictObject(stepError).nullable() });

export const DeploymentTask = z.object({
  id: Id,
  targetId: Id,
  target: z.string(),
  batch: z.int(),
  kind: z.enum(['deploy', 'rollback']),
  state: TaskState,
  attempt: z.int(),
  /** Grows with each lease; an agent that holds an older one is refused. */
  fencingToken: z.int(),
  /** Digest of the plan of this target. */
  planDigest: Digest,
  steps: z.array(Step),
  /** Last lines of output, at most 64 KiB. */
  output: z.string(),
  receiptDigest: Digest.nullable(),
  startedAt: Timestamp.nullable(),
  finishedAt: Timestamp.nullable(),
});
export type DeploymentTask = z.infer<typeof DeploymentTask>;

const deploymentShape = {
  id: Id,
  promotionId: Id.nullable(),
  releaseId: Id,
  release: z.string(),
  environmentId: Id,
  environment: z.string(),
  kind: z.enum(['deploy', 'rollback']),
  strategy: Strategy,
  state: DeploymentState,
  sentence: z.string(),
  /** Digest of the list of plans, one for each target: what the agents execute, exactly. */
  planDigest: Digest,
  /** Of the template that the plans were made from. */
  templateDigest: Digest,
  startedBy: Person,
  reason: z.string(),
  /** What to go back to when it fails. */
  previousReleaseId: Id.nullable(),
  /** Evidence of its end: null until that is sealed, and again when it is resumed. */
  packetId: Id.nullable(),
  /** Of the Sigstore bundle of that packet, over the receipts of all targets. */
  bundleDigest: Digest.nullable(),
  version: z.int(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  finishedAt: Timestamp.nullable(),
};
/** A deployment with what is done on each target. */
export const Deployment = z.object({ ...deploymentShape, tasks: z.array(DeploymentTask) });
export type Deployment = z.infer<typeof Deployment>;

/** A deployment as lists show it: how many targets there are, and how far they are. */
export const DeploymentSummary = z.object({
  ...deploymentShape,
  targets: z.object({ total: z.int(), succeeded: z.int(), failed: z.int() }),
});
export type DeploymentSummary = z.infer<typeof DeploymentSummary>;

export const EnvironmentTemplate = z.object({
  environmentId: Id,
  kind: z.enum(['compose', 'script']),
  digest: Digest,
  services: z.array(z.string()),
  strategy: Strategy,
  batchSize: z.int(),
  updatedBy: Person,
  updatedAt: Timestamp,
});
export type EnvironmentTemplate = z.infer<typeof EnvironmentTemplate>;

/** What is where: one component in one environment. */
export const BoardCell = z.object({
  environment: z.string(),
  environmentId: Id,
  releaseId: Id.nullable(),
  release: z.string().nullable(),
  version: z.string().nullable(),
  digest: Digest.nullable(),
  state: z.enum(['empty', 'approved', 'deploying', 'deployed', 'failed', 'waiting_gate', 'waiting_approval', 'frozen']),
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

const environmentParams = z.strictObject({ environmentId: Id });
const deploymentParams = z.strictObject({ deploymentId: Id });
const targetParams = z.strictObject({ targetId: Id });
const agentParams = z.strictObject({ agentId: Id });
const taskParams = z.strictObject({ taskId: Id });
const reasonBody = z.strictObject({ reason: z.string().min(1).max(2000) });

/** What people and pipelines ask. */
export const DEPLOYMENTS_ROUTES = {
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
  setTemplate: defineRoute({
    id: 'deployments.templates.set',
    method: 'PUT',
    path: '/api/v1/environments/{environmentId}/template',
    summary: 'Give an environment its Compose file or script template; images are named "component:NAME"',
    scopes: ['environment.write'],
    params: environmentParams,
    query: z.strictObject({
      kind: z.enum(['compose', 'script']).default('compose'),
      strategy: Strategy.default('all_at_once'),
      batchSize: z.int().min(1).max(100).default(1),
    }),
    body: bytes('application/yaml', 'application/octet-stream'),
    responses: { 200: EnvironmentTemplate },
    errors: { TEMPLATE_INVALID: E.TEMPLATE_INVALID },
    maxBodyBytes: 1024 ** 2,
  }),
  getTemplate: defineRoute({
    id: 'deployments.templates.get',
    method: 'GET',
    path: '/api/v1/environments/{environmentId}/template',
    summary: 'Read what is known of the template of an environment; null when it was given none',
    scopes: ['environment.read'],
    params: environmentParams,
    responses: { 200: z.object({ template: EnvironmentTemplate.nullable() }) },
    errors: {},
  }),
  createTarget: defineRoute({
    id: 'deployments.targets.create',
    method: 'POST',
    path: '/api/v1/targets',
    summary: 'Add a target to an environment',
    scopes: ['environment.write'],
    body: z.strictObject({ name: Slug, environment: Slug, kind: TargetKind, agent: Slug }),
    responses: { 201: Target },
    errors: { TARGET_NAME_TAKEN: E.TARGET_NAME_TAKEN, TARGET_AGENT: E.TARGET_AGENT },
    idempotent: true,
  }),
  listTargets: defineRoute({
    id: 'deployments.targets.list',
    method: 'GET',
    path: '/api/v1/targets',
    summary: 'List targets with what runs there and where it differs',
    scopes: ['environment.read'],
    query: z.strictObject({ ...pageQuery, environment: Slug.optional() }),
    responses: { 200: pageOf(Target) },
    errors: {},
    paging: true,
  }),
  getTarget: defineRoute({
    id: 'deployments.targets.get',
    method: 'GET',
    path: '/api/v1/targets/{targetId}',
    summary: 'Read a target',
    scopes: ['environment.read'],
    params: targetParams,
    responses: { 200: Target },
    errors: {},
  }),
  deleteTarget: defineRoute({
    id: 'deployments.targets.delete',
    method: 'DELETE',
    path: '/api/v1/targets/{targetId}',
    summary: 'Take a target out; what runs there is left as it is',
    scopes: ['environment.write'],
    params: targetParams,
    responses: { 200: Target },
    errors: { TARGET_IN_USE: E.TARGET_IN_USE },
  }),
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
  listDeployments: defineRoute({
    id: 'deployments.deployments.list',
    method: 'GET',
    path: '/api/v1/deployments',
    summary: 'List deployments, newest first',
    scopes: ['promotion.read'],
    query: z.strictObject({ ...pageQuery, environment: Slug.optional(), promotionId: Id.optional() }),
    responses: { 200: pageOf(DeploymentSummary) },
    errors: {},
    paging: true,
  }),
  getDeployment: defineRoute({
    id: 'deployments.deployments.get',
    method: 'GET',
    path: '/api/v1/deployments/{deploymentId}',
    summary: 'Read a deployment with its steps on every target',
    scopes: ['promotion.read'],
    params: deploymentParams,
    responses: { 200: Deployment },
    errors: {},
  }),
  watchDeployment: defineRoute({
    id: 'deployments.deployments.watch',
    method: 'GET',
    path: '/api/v1/deployments/{deploymentId}/watch',
    summary: 'Follow a deployment: its whole state at each change, until it ends',
    scopes: ['promotion.read'],
    params: deploymentParams,
    responses: { 200: events(Deployment) },
    errors: {},
  }),
  startDeployment: defineRoute({
    id: 'deployments.deployments.start',
    method: 'POST',
    path: '/api/v1/promotions/{promotionId}/deploy',
    summary: 'Deploy an approved promotion to the targets of its environment',
    scopes: ['promotion.write'],
    params: z.strictObject({ promotionId: Id }),
    body: z.strictObject({}),
    responses: { 201: Deployment },
    errors: {
      DEPLOYMENT_STATE: E.DEPLOYMENT_STATE,
      DEPLOYMENT_RUNS: E.DEPLOYMENT_RUNS,
      TARGETS_MISSING: E.TARGETS_MISSING,
      TEMPLATE_MISSING: E.TEMPLATE_MISSING,
      TEMPLATE_INVALID: E.TEMPLATE_INVALID,
      PLATFORM_MISSING: E.PLATFORM_MISSING,
    },
    idempotent: true,
  }),
  resumeDeployment: defineRoute({
    id: 'deployments.deployments.resume',
    method: 'POST',
    path: '/api/v1/deployments/{deploymentId}/resume',
    summary: 'Try the failed targets of a deployment again',
    scopes: ['promotion.write'],
    params: deploymentParams,
    body: z.strictObject({}),
    responses: { 200: Deployment },
    errors: { DEPLOYMENT_STATE: E.DEPLOYMENT_STATE, DEPLOYMENT_RUNS: E.DEPLOYMENT_RUNS },
    idempotent: true,
  }),
  cancelDeployment: defineRoute({
    id: 'deployments.deployments.cancel',
    method: 'POST',
    path: '/api/v1/deployments/{deploymentId}/cancel',
    summary: 'Begin no more targets; those under way finish',
    scopes: ['promotion.write'],
    params: deploymentParams,
    body: reasonBody,
    responses: { 200: Deployment },
    errors: { DEPLOYMENT_STATE: E.DEPLOYMENT_STATE },
    idempotent: true,
  }),
  rollBack: defineRoute({
    id: 'deployments.rollbacks.create',
    method: 'POST',
    path: '/api/v1/environments/{environmentId}/rollback',
    summary: 'Bring an environment back to a release that was deployed there before, by its digests',
    scopes: ['promotion.write'],
    params: environmentParams,
    body: z.strictObject({
      /** Default: the one before the present. */
      releaseId: Id.optional(),
      reason: z.string().min(1).max(2000),
    }),
    responses: { 201: Deployment },
    errors: {
      ROLLBACK_UNKNOWN: E.ROLLBACK_UNKNOWN,
      DEPLOYMENT_RUNS: E.DEPLOYMENT_RUNS,
      TARGETS_MISSING: E.TARGETS_MISSING,
      TEMPLATE_INVALID: E.TEMPLATE_INVALID,
      PLATFORM_MISSING: E.PLATFORM_MISSING,
    },
    idempotent: true,
  }),
  getDeploymentBundle: defineRoute({
    id: 'deployments.bundles.get',
    method: 'GET',
    path: '/api/v1/deployments/{deploymentId}/bundle',
    summary: 'Download the signed receipt of a deployment: a Sigstore bundle',
    scopes: ['evidence.read'],
    params: deploymentParams,
    responses: { 200: bytes('application/vnd.dev.sigstore.bundle.v0.3+json') },
    errors: {},
    auditsRead: true,
  }),
} as const;

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
