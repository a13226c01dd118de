import { Id } from '@stella-ops/contracts';
import type { PolicyException } from '@stella-ops/contracts/policy';
import type { AppError } from '@stella-ops/engine-kernel/errors';
import { openPage } from '@stella-ops/platform/http';
import type { State } from '../domain/exception-states.ts';
import { fail } from '../errors.ts';
import type { PolicyParts } from '../parts.ts';
import { findException, pageExceptions } from '../store/exceptions.ts';

export function exceptionNotFound(id: string): AppError {
  return fail('NOT_FOUND', `there is no exception ${id}`);
}

interface ExceptionQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly state?: State | undefined;
}

/** Exceptions, newest first. */
export async function listExceptions({ host }: PolicyParts, tenantId: string, query: ExceptionQuery) {
  const page = openPage(query, Id);
  const rows = await host.database.withTenant(
    tenantId,
    (tx) => pageExceptions(tx, tenantId, query, page.after, page.take),
    { isReadOnly: true },
  );
  return page.close(rows, ({ id }) => id);
}

export async function getException({ host }: PolicyParts, tenantId: string, id: string): Promise<PolicyException> {
  const exception = await host.database.withTenant(tenantId, (tx) => findException(tx, tenantId, id), {
    isReadOnly: true,
  });
  if (exception === undefined) throw exceptionNotFound(id);
  return exception;
}
