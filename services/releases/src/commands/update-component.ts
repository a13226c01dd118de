import type { Input } from '@stella-ops/contracts';
import type { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { etagOfVersion, type RequestContext, requireMatch } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { lockComponent, updateComponent as store } from '../store/components.ts';
import type { Tx } from '../store/tx.ts';
import { checkRepository } from './create-component.ts';

/** Changes what later releases take; those that exist keep the repository they were made with. */
export async function updateComponent(
  { host }: Deps,
  { params, body }: Input<typeof RELEASES_ROUTES.updateComponent>,
  context: RequestContext,
) {
  if (body.repository !== undefined) checkRepository(body.repository);
  return host.change(context, async (tx: Tx, change) => {
    const component = await lockComponent(tx, params.componentId);
    if (component === undefined) throw fail('NOT_FOUND', 'there is no such component');
    requireMatch(context.ifMatch, etagOfVersion(component.version));
    const next = {
      ...component,
      repository: body.repository ?? component.repository,
      description: body.description ?? component.description,
      version: component.version + 1,
      updatedAt: change.at,
    };
    await store(tx, next);
    change.audit(
      { type: 'component', id: next.id },
      { repositoryBefore: component.repository, repository: next.repository },
    );
    return { status: 200 as const, body: next, headers: { etag: etagOfVersion(next.version) } };
  });
}
