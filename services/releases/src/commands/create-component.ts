import type { Input } from '@stella-ops/contracts';
import type { Component, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { etagOfVersion, type RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { repositoryFault } from '../domain/image-input.ts';
import { fail } from '../errors.ts';
import { insertComponent } from '../store/components.ts';
import type { Tx } from '../store/tx.ts';

export async function createComponent(
  { host, ids }: Deps,
  { body }: Input<typeof RELEASES_ROUTES.createComponent>,
  context: RequestContext,
) {
  checkRepository(body.repository);
  return host.change(context, async (tx: Tx, change) => {
    const component: Component = { ...body, id: ids.uuid(), version: 1, createdAt: change.at, updatedAt: change.at };
    if (!(await insertComponent(tx, change.tenantId, component))) {
      throw fail('NAME_TAKEN', `there is a component "${body.name}" already`);
    }
    change.audit({ type: 'component', id: component.id }, { name: component.name, repository: component.repository });
    return { status: 201 as const, body: component, headers: { etag: etagOfVersion(1) } };
  });
}

/** @throws AppError `REQUEST_INVALID` for what no registry could hold */
export function checkRepository(repository: string): void {
  const message = repositoryFault(repository);
  if (message === undefined) return;
  throw fail('REQUEST_INVALID', `the repository is not one: ${message}`, {
    details: { violations: [{ pointer: '/repository', message }] },
  });
}
