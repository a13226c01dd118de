import { actorOf } from '@stella-ops/contracts';
import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { type Endpoint, handle } from '@stella-ops/platform/http';
import type { Parts } from './parts.ts';
import { compareReleases } from './queries/compare-releases.ts';
import { getFinding } from './queries/get-finding.ts';
import { getHistory } from './queries/get-history.ts';
import { listFindings } from './queries/list-findings.ts';
import { summarize } from './queries/summarize.ts';
import { verifyLedger } from './queries/verify-ledger.ts';

export function endpoints(parts: Parts): readonly Endpoint[] {
  const { database } = parts.host;
  return [
    handle(FINDINGS_ROUTES.listFindings, async ({ query }, { caller }) => ({
      status: 200,
      body: await listFindings(database, caller.tenantId, query),
    })),
    handle(FINDINGS_ROUTES.getFinding, async ({ params }, { caller }) => ({
      status: 200,
      body: await getFinding(database, caller.tenantId, params.findingId),
    })),
    handle(FINDINGS_ROUTES.getHistory, async ({ params, query }, { caller }) => ({
      status: 200,
      body: await getHistory(database, caller.tenantId, params.findingId, query),
    })),
    handle(FINDINGS_ROUTES.summarize, async ({ query }, { caller }) => ({
      status: 200,
      body: await summarize(database, caller.tenantId, query.imageDigest),
    })),
    handle(FINDINGS_ROUTES.compareReleases, async ({ params, query }, { caller, signal }) => {
      const { releaseId } = params;
      const question = { tenantId: caller.tenantId, onBehalfOf: actorOf(caller), releaseId, against: query.against };
      return { status: 200, body: await compareReleases(parts, question, signal) };
    }),
    handle(FINDINGS_ROUTES.verifyLedger, async (_input, { caller, signal }) => ({
      status: 200,
      body: await verifyLedger(parts, caller.tenantId, signal),
    })),
  ];
}
