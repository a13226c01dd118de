import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { type Endpoint, handle } from '@stella-ops/platform/http';
import type { Parts } from './parts.ts';
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
    handle(FINDINGS_ROUTES.verifyLedger, async (_input, { caller, signal }) => ({
      status: 200,
      body: await verifyLedger(parts, caller.tenantId, signal),
    })),
  ];
}
