import { Digest, Timestamp } from '@stella-ops/contracts';
import type { Decision } from '@stella-ops/contracts/policy';
import { decodeUtf8, parseDigest } from '@stella-ops/engine-kernel';
import { openPage } from '@stella-ops/platform/http';
import * as z from 'zod';
import { fail } from '../errors.ts';
import { storedBytes } from '../evidence/stored.ts';
import type { PolicyParts } from '../parts.ts';
import { type DecisionFilter, findDecision, pageDecisions } from '../store/decisions.ts';

const Key = z.tuple([Timestamp, Digest]);

interface DecisionQuery extends DecisionFilter {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Decisions, newest first. */
export async function listDecisions({ host }: PolicyParts, tenantId: string, query: DecisionQuery) {
  const page = openPage(query, Key);
  const rows = await host.database.withTenant(
    tenantId,
    (tx) => pageDecisions(tx, tenantId, query, page.after, page.take),
    { isReadOnly: true },
  );
  return page.close(rows, ({ evaluatedAt, id }) => [evaluatedAt, id]);
}

export async function getDecision({ host }: PolicyParts, tenantId: string, id: string): Promise<Decision> {
  const decision = await host.database.withTenant(tenantId, (tx) => findDecision(tx, tenantId, id), {
    isReadOnly: true,
  });
  if (decision === undefined) throw fail('NOT_FOUND', `there is no decision ${id}`);
  return decision;
}

/** The verdict or the input of a decision, as it is stored. */
export async function getDecisionDocument(
  parts: PolicyParts,
  tenantId: string,
  id: string,
  which: 'verdict' | 'input',
): Promise<unknown> {
  const decision = await getDecision(parts, tenantId, id);
  // The id of a decision is the digest of its input.
  const digest = parseDigest(which === 'input' ? decision.id : decision.verdictDigest);
  return JSON.parse(decodeUtf8(await storedBytes(parts, tenantId, 'decisions', digest), which)) as unknown;
}
