import { actorOf } from '@stella-ops/contracts';
import { POLICY_EVENTS, type PolicyException } from '@stella-ops/contracts/policy';
import type { Job } from '@stella-ops/platform/jobs';
import type { RequestContext } from '@stella-ops/platform/http';
import { checkExceptionRequest } from '../domain/exception-request.ts';
import { stepException } from '../domain/exception-states.ts';
import { fail } from '../errors.ts';
import type { ExpireData } from '../jobs/expire-exception.ts';
import type { PolicyParts } from '../parts.ts';
import { insertException } from '../store/exceptions.ts';

export interface ExceptionBody {
  readonly vulnerability: string;
  readonly package?: string | undefined;
  readonly imageDigest?: string | undefined;
  readonly reason: string;
  readonly expiresAt: string;
  readonly isDraft: boolean;
}

/** Asks for an exception; its end is looked after from the beginning. */
export async function requestException(
  { host, ids }: PolicyParts,
  expireJob: Job<ExpireData>,
  context: RequestContext,
  body: ExceptionBody,
) {
  const { caller } = context;
  const { tenantId } = caller;
  return host.change(context, async (tx, change) => {
    const checked = checkExceptionRequest(body, change.at);
    const requestedBy = { id: actorOf(caller), name: caller.name };
    const step = stepException(null, body.isDraft ? 'draft' : 'request', {
      actor: requestedBy.id,
      isPerson: caller.kind === 'user' || caller.onBehalfOf !== undefined,
      requestedBy: requestedBy.id,
      at: change.at,
      expiresAt: checked.expiresAt,
    });
    if (!step.ok) throw fail(step.code, step.sentence);
    const exception: PolicyException = {
      id: ids.uuid(),
      state: step.to,
      vulnerability: body.vulnerability,
      package: checked.package,
      imageDigest: body.imageDigest ?? null,
      reason: body.reason,
      requestedBy,
      decidedBy: null,
      decisionReason: null,
      createdAt: change.at,
      decidedAt: null,
      expiresAt: checked.expiresAt,
    };
    await insertException(tx, tenantId, exception);
    await host.jobs.enqueue(
      tx,
      expireJob,
      tenantId,
      { exceptionId: exception.id },
      { startAfter: exception.expiresAt },
    );
    const { id: exceptionId, vulnerability, state } = exception;
    await change.publish(POLICY_EVENTS.exceptionChanged, { exceptionId, vulnerability, state });
    change.audit({ type: 'exception', id: exceptionId }, { vulnerability, state });
    return { status: 201 as const, body: exception };
  });
}
