import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { type Deployment, DEPLOYMENTS_EVENTS, DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { type Decision as DecisionRow, POLICY_EVENTS, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { type Promotion, type Release, RELEASES_EVENTS, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { API_ERRORS } from '@stella-ops/contracts';
import type { Decision } from '@stella-ops/engine-capsule';
import { generateKey, signStatement, trustedKey, trustedLog, type TrustMaterial } from '@stella-ops/engine-envelope';
import { canonicalBytes, digestOf, errorFactory, type Digest } from '@stella-ops/engine-kernel';
import { publishEvent } from '@stella-ops/platform/events';
import { handle } from '@stella-ops/platform/http';
import { defineConfig, defineService, systemIds } from '@stella-ops/platform/runtime';
import type { OpenHost } from '@stella-ops/platform/service';
import { memoryLog } from '@stella-ops/testkit';
import * as z from 'zod';

// What evidence needs of the services that it asks, and their faults as switches.

const fail = errorFactory(API_ERRORS);
const config = defineConfig({ summary: 'Nothing to set.', schema: z.strictObject({}) });
const common = { config, jobs: [], events: [] };
const key = (tenantId: string, id: string): string => `${tenantId} ${id}`;

/** Signs with one key into one log; `isRotating`: once more with that one, and then with the next. */
export function attestorStandIn() {
  const signers = [generateKey('p256'), generateKey('p256')] as const;
  const log = memoryLog();
  const state = { entries: 0, isAway: false, isLying: false, isRotating: false };
  let [signer, next] = signers;
  const trust: TrustMaterial = { keys: signers.map((one) => trustedKey(one)), logs: [trustedLog(log)] };
  const routes = { attest: ATTESTOR_ROUTES.attest };
  const service = defineService({
    ...common,
    id: 'attestor',
    routes,
    start: async () => ({
      endpoints: [
        handle(routes.attest, async ({ body }) => {
          if (state.isAway) throw fail('DEADLINE_EXCEEDED', 'the attestor is away');
          const statement = Buffer.from(body.statement, 'base64');
          const signed = state.isLying ? Buffer.from(statement.toString().replace('deny', 'allow')) : statement;
          const logIndex = state.entries++;
          const bundle = signStatement(signed, { signer, log }).toString('base64');
          if (state.isRotating) [signer, next] = [next, signer];
          state.isRotating = false;
          return { status: 200, body: { bundle, logIndex } };
        }),
      ],
      stop: async () => undefined,
    }),
  });
  return { service, state, trust };
}

export function policyStandIn() {
  const rows = new Map<string, DecisionRow>();
  const routes = { getDecision: POLICY_ROUTES.getDecision, listDecisions: POLICY_ROUTES.listDecisions };
  const service = defineService({
    ...common,
    id: 'policy',
    routes,
    start: async () => ({
      endpoints: [
        handle(routes.getDecision, async ({ params }, { caller }) => {
          const row = rows.get(key(caller.tenantId, params.decisionId));
          if (row === undefined) throw fail('NOT_FOUND', 'there is no such decision');
          return { status: 200, body: row };
        }),
        handle(routes.listDecisions, async (_input, { caller }) => ({
          status: 200,
          body: { items: [...rows].filter(([at]) => at.startsWith(caller.tenantId)).map(([, row]) => row), next: null },
        })),
      ],
      stop: async () => undefined,
    }),
  });

  /** Stores what policy stores of a decision; `more` overrides what its row says. */
  async function store(host: OpenHost, tenantId: string, decision: Decision, more: Partial<DecisionRow> = {}) {
    const objects = host.objects.tenant(tenantId, 'decisions');
    const findings = canonicalBytes(decision.findings);
    const documents = [canonicalBytes(decision.input), ...decision.blobs.values(), decision.verdictBytes, findings];
    for (const bytes of documents) await objects.put(bytes);
    const { input, verdict } = decision;
    const row: DecisionRow = {
      id: decision.inputDigest,
      imageDigest: input.subject.digest as Digest,
      environment: input.environment,
      outcome: verdict.outcome,
      reasons: [],
      counts: {},
      verdictDigest: decision.verdictDigest,
      findingsDigest: digestOf(findings),
      policy: verdict.policy,
      advisorySnapshot: decision.findings.snapshot,
      vexSnapshot: null,
      purpose: 'promotion',
      evaluatedAt: input.evaluatedAt,
      ...more,
    };
    rows.set(key(tenantId, row.id), row);
    return row;
  }

  async function announce(host: OpenHost, tenantId: string, row: DecisionRow): Promise<void> {
    const { imageDigest, environment, outcome, purpose, verdictDigest, findingsDigest, advisorySnapshot } = row;
    const fact = { imageDigest, environment, outcome, purpose, verdictDigest, findingsDigest, advisorySnapshot };
    await host.database.withTenant(tenantId, (tx) =>
      publishEvent(tx, POLICY_EVENTS.decisionRecorded, {
        id: systemIds.uuid(),
        tenantId,
        occurredAt: row.evaluatedAt,
        data: { ...fact, decisionId: row.id, evaluatedAt: row.evaluatedAt },
      }),
    );
  }
  return { service, store, announce };
}

export function releasesStandIn() {
  const promotions = new Map<string, Promotion>();
  const releases = new Map<string, Release>();
  const deployments = new Map<string, Deployment>();
  const routes = {
    getPromotion: RELEASES_ROUTES.getPromotion,
    listPromotions: RELEASES_ROUTES.listPromotions,
    getRelease: RELEASES_ROUTES.getRelease,
    getDeployment: DEPLOYMENTS_ROUTES.getDeployment,
    listDeployments: DEPLOYMENTS_ROUTES.listDeployments,
  };
  const service = defineService({
    ...common,
    id: 'releases',
    routes,
    start: async () => ({
      endpoints: [
        handle(routes.getPromotion, async ({ params }, { caller }) => {
          const body = promotions.get(key(caller.tenantId, params.promotionId));
          if (body === undefined) throw fail('NOT_FOUND', 'there is no such promotion');
          return { status: 200, body };
        }),
        handle(routes.listPromotions, async ({ query }, { caller }) => ({
          status: 200,
          body: {
            items: [...promotions]
              .filter(([at]) => at.startsWith(caller.tenantId))
              .map(([, one]) => one)
              .filter(({ releaseId }) => query.releaseId === undefined || query.releaseId === releaseId),
            next: null,
          },
        })),
        handle(routes.getRelease, async ({ params }, { caller }) => {
          const body = releases.get(key(caller.tenantId, params.releaseId));
          if (body === undefined) throw fail('NOT_FOUND', 'there is no such release');
          return { status: 200, body };
        }),
        handle(routes.getDeployment, async ({ params }, { caller }) => {
          const body = deployments.get(key(caller.tenantId, params.deploymentId));
          if (body === undefined) throw fail('NOT_FOUND', 'there is no such deployment');
          return { status: 200, body };
        }),
        handle(routes.listDeployments, async (_input, { caller }) => ({
          status: 200,
          body: {
            items: [...deployments]
              .filter(([at]) => at.startsWith(caller.tenantId))
              .map(([, { tasks, ...one }]) => ({ ...one, targets: { total: tasks.length, succeeded: 0, failed: 0 } })),
            next: null,
          },
        })),
      ],
      stop: async () => undefined,
    }),
  });

  function store(tenantId: string, promotion: Promotion, release: Release): void {
    promotions.set(key(tenantId, promotion.id), promotion);
    releases.set(key(tenantId, release.id), release);
  }

  async function announce(
    host: OpenHost,
    tenantId: string,
    promotion: Promotion,
    step: { readonly from: Promotion['state'] | null; readonly to: Promotion['state'] },
  ): Promise<void> {
    await host.database.withTenant(tenantId, (tx) =>
      publishEvent(tx, RELEASES_EVENTS.promotionChanged, {
        id: systemIds.uuid(),
        tenantId,
        occurredAt: promotion.updatedAt,
        data: {
          promotionId: promotion.id,
          releaseId: promotion.releaseId,
          environment: promotion.environment,
          ...step,
          version: promotion.version,
          imageDigests: [],
        },
      }),
    );
  }
  const storeDeployment = (tenantId: string, deployment: Deployment): void => {
    deployments.set(key(tenantId, deployment.id), deployment);
  };

  /** Tells of a step of a deployment at a time; its end when it has ended. */
  async function announceDeployment(
    host: OpenHost,
    tenantId: string,
    { id, promotionId, releaseId, environment, version, finishedAt }: Deployment,
    step: { readonly from: Deployment['state'] | null; readonly to: Deployment['state'] },
  ): Promise<void> {
    await host.database.withTenant(tenantId, (tx) =>
      publishEvent(tx, DEPLOYMENTS_EVENTS.deploymentChanged, {
        id: systemIds.uuid(),
        tenantId,
        occurredAt: finishedAt ?? '2026-06-01T11:00:00.000Z',
        data: { deploymentId: id, promotionId, releaseId, environment, ...step, version },
      }),
    );
  }
  return { service, store, announce, storeDeployment, announceDeployment };
}
