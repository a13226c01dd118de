import { type FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { Id, type Input, type Reply } from '@stella-ops/contracts';
import type { Database } from '@stella-ops/platform/database';
import { openPage } from '@stella-ops/platform/http';
import * as z from 'zod';
import { priorityRange } from '../domain/priority.ts';
import { findFindings, type FindingKey } from '../store/read-findings.ts';

type Route = typeof FINDINGS_ROUTES.listFindings;

/** Without U+0000, which the database refuses with an error of its own. */
const orderKey = z
  .string()
  .max(500)
  .refine((text) => !text.includes('\0'));
const keySchema: z.ZodType<FindingKey> = z.tuple([z.int().min(0).max(100_000), orderKey, Id]);

/** A page of findings, worst first. */
export async function listFindings(
  database: Database,
  tenantId: string,
  query: Input<Route>['query'],
): Promise<Reply<Route>['body']> {
  const page = openPage(query, keySchema);
  const { imageDigest, status, severity, vulnerability, hasFix } = query;
  const filter = {
    imageDigest,
    status,
    priorities: severity === undefined ? undefined : priorityRange(severity),
    vulnerability,
    package: query.package,
    hasFix,
  };
  const rows = await database.withTenant(tenantId, (tx) => findFindings(tx, filter, page.after, page.take), {
    isReadOnly: true,
  });
  const { items, next } = page.close(rows, ({ key }) => key);
  return { items: items.map(({ finding }) => finding), next };
}
