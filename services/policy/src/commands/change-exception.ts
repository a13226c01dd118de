import { actorOf } from '@stella-ops/contracts';
import { POLICY_EVENTS, type PolicyException } from '@stella-ops/contracts/policy';
import type { RequestContext } from '@stella-ops/platform/http';
import { isInForce, stepException } from '../domain/exception-states.ts';
import { fail } from '../errors.ts';
import type { PolicyParts } from '../parts.ts';
import { exceptionNotFound } from '../queries/exceptions.ts';
import { holdException, setException } from '../store/exceptions.ts';
import { countRevision } from '../store/state.ts';

/** What a person does to an exception; all but `submit` with a reason of their own. */
export type ExceptionDeed =
  { readonly event: 'submit' } | { readonly event: 'approve' | 'reject' | 'revoke'; readonly reason: string };

/** Moves an exception along the table of its states. Counts whoever is answerable, not the account that calls. */
export function changeException({ host }: PolicyParts, context: RequestContext, id: string, deed: ExceptionDeed) {
  const { caller } = context;
  const { tenantId } = caller;
  const actor = { id: actorOf(caller), name: caller.name };
  return host.change(context, async (tx, change) => {
    const before = await holdException(tx, tenantId, id);
    if (before === undefined) throw exceptionNotFound(id);
    const step = stepException(before.state, deed.event, {
      actor: actor.id,
      isPerson: caller.kind === 'user' || caller.onBehalfOf !== undefined,
      requestedBy: before.requestedBy.id,
      at: change.at,
      expiresAt: before.expiresAt,
    });
    if (!step.ok) throw fail(step.code, step.sentence, { details: { state: before.state } });
    const after: PolicyException = {
      ...before,
      state: step.to,
      ...(deed.event === 'submit' ? {} : { decidedBy: actor, decisionReason: deed.reason, decidedAt: change.at }),
    };
    await setException(tx, tenantId, after);
    if (isInForce(before.state) || isInForce(after.state)) await countRevision(tx, tenantId);
    const { vulnerability, state } = after;
    await change.publish(POLICY_EVENTS.exceptionChanged, { exceptionId: id, vulnerability, state });
    change.audit({ type: 'exception', id }, { vulnerability, before: before.state, after: state });
    return { status: 200 as const, body: after };
  });
}
