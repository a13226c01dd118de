import type { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import type { Input, Reply } from '@stella-ops/contracts';
import type { Database } from '@stella-ops/platform/database';
import { openPage } from '@stella-ops/platform/http';
import * as z from 'zod';
import { entriesOfFinding } from '../store/ledger.ts';
import { hasFinding } from '../store/read-findings.ts';
import { unknownFinding } from './get-finding.ts';

type Route = typeof FINDINGS_ROUTES.getHistory;

/** A page of what happened to a finding, oldest first. @throws AppError `NOT_FOUND` */
export async function getHistory(
  database: Database,
  tenantId: string,
  findingId: string,
  query: Input<Route>['query'],
): Promise<Reply<Route>['body']> {
  const page = openPage(query, z.int().min(0));
  const rows = await database.withTenant(
    tenantId,
    async (tx) => {
      if (!(await hasFinding(tx, findingId))) throw unknownFinding(findingId);
      return entriesOfFinding(tx, findingId, page.after ?? 0, page.take);
    },
    { isReadOnly: true },
  );
  const { items, next } = page.close(rows, ({ body }) => body.sequence);
  return {
    items: items.map(({ body: { sequence, type, at, from, to, decisionId, advisorySnapshot }, hash }) => ({
      sequence,
      type,
      at,
      from,
      to,
      decisionId,
      advisorySnapshot,
      hash,
    })),
    next,
  };
}
