import { POLICY_ROUTES as ROUTES } from '@stella-ops/contracts/policy';
import { type Endpoint, handle } from '@stella-ops/platform/http';
import type { Job } from '@stella-ops/platform/jobs';
import { activatePack } from './commands/activate-pack.ts';
import { changeException } from './commands/change-exception.ts';
import { decideImage } from './commands/decide.ts';
import { publishPack } from './commands/publish-pack.ts';
import { requestException } from './commands/request-exception.ts';
import { simulateDecision } from './commands/simulate.ts';
import type { ExpireData } from './jobs/expire-exception.ts';
import type { PolicyParts } from './parts.ts';
import { getDecision, getDecisionDocument, listDecisions } from './queries/decisions.ts';
import { getException, listExceptions } from './queries/exceptions.ts';
import { getPack, getPackSource, listPacks } from './queries/packs.ts';

export function policyEndpoints(parts: PolicyParts, expireJob: Job<ExpireData>): readonly Endpoint[] {
  return [
    handle(ROUTES.publishPack, ({ body }, context) => publishPack(parts, context, body)),
    handle(ROUTES.listPacks, async ({ query }, { caller }) => ({
      status: 200,
      body: await listPacks(parts, caller.tenantId, query),
    })),
    handle(ROUTES.getPack, async ({ params }, { caller }) => ({
      status: 200,
      body: await getPack(parts, caller.tenantId, params.policyDigest),
    })),
    handle(ROUTES.getPackSource, async ({ params }, { caller }) => ({
      status: 200,
      body: await getPackSource(parts, caller.tenantId, params.policyDigest),
    })),
    handle(ROUTES.activatePack, ({ params }, context) => activatePack(parts, context, params.policyDigest)),

    handle(ROUTES.decide, ({ body }, context) => decideImage(parts, context, body)),
    handle(ROUTES.simulate, async ({ body }, context) => ({
      status: 200,
      body: await simulateDecision(parts, context, body),
    })),
    handle(ROUTES.listDecisions, async ({ query }, { caller }) => ({
      status: 200,
      body: await listDecisions(parts, caller.tenantId, query),
    })),
    handle(ROUTES.getDecision, async ({ params }, { caller }) => ({
      status: 200,
      body: await getDecision(parts, caller.tenantId, params.decisionId),
    })),
    handle(ROUTES.getVerdict, async ({ params }, { caller }) => ({
      status: 200,
      body: await getDecisionDocument(parts, caller.tenantId, params.decisionId, 'verdict'),
    })),
    handle(ROUTES.getInput, async ({ params }, { caller }) => ({
      status: 200,
      body: await getDecisionDocument(parts, caller.tenantId, params.decisionId, 'input'),
    })),

    handle(ROUTES.requestException, ({ body }, context) => requestException(parts, expireJob, context, body)),
    handle(ROUTES.submitException, ({ params }, context) =>
      changeException(parts, context, params.exceptionId, { event: 'submit' }),
    ),
    handle(ROUTES.listExceptions, async ({ query }, { caller }) => ({
      status: 200,
      body: await listExceptions(parts, caller.tenantId, query),
    })),
    handle(ROUTES.getException, async ({ params }, { caller }) => ({
      status: 200,
      body: await getException(parts, caller.tenantId, params.exceptionId),
    })),
    handle(ROUTES.approveException, ({ params, body }, context) =>
      changeException(parts, context, params.exceptionId, { event: 'approve', reason: body.reason }),
    ),
    handle(ROUTES.rejectException, ({ params, body }, context) =>
      changeException(parts, context, params.exceptionId, { event: 'reject', reason: body.reason }),
    ),
    handle(ROUTES.revokeException, ({ params, body }, context) =>
      changeException(parts, context, params.exceptionId, { event: 'revoke', reason: body.reason }),
    ),
  ];
}
