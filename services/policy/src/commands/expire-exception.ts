import { POLICY_EVENTS } from '@stella-ops/contracts/policy';
import { publishEvent } from '@stella-ops/platform/events';
import { isInForce, stepException } from '../domain/exception-states.ts';
import { type PolicyParts, SERVICE } from '../parts.ts';
import { holdException, overdueExceptions, setException } from '../store/exceptions.ts';
import { countRevision } from '../store/state.ts';

/** Ends an exception whose time is over. Does nothing to one that is ended or not yet due, so it may be repeated. */
export async function expireException({ host, clock, ids }: PolicyParts, tenantId: string, id: string): Promise<void> {
  await host.database.withTenant(tenantId, async (tx) => {
    const before = await holdException(tx, tenantId, id);
    if (before === undefined) return;
    const at = clock.now();
    const { vulnerability, expiresAt, requestedBy } = before;
    const nobody = { actor: null, isPerson: false };
    const step = stepException(before.state, 'expire', { ...nobody, requestedBy: requestedBy.id, at, expiresAt });
    if (!step.ok) return;
    const state = step.to;
    await setException(tx, tenantId, { ...before, state });
    if (isInForce(before.state)) await countRevision(tx, tenantId);
    await publishEvent(tx, POLICY_EVENTS.exceptionChanged, {
      id: ids.uuid(),
      tenantId,
      occurredAt: at,
      data: { exceptionId: id, vulnerability, state },
    });
    await host.audit(tx, {
      tenantId,
      service: SERVICE,
      action: 'policy.exceptions.expire',
      target: { type: 'exception', id },
      details: { vulnerability, before: before.state, after: state },
    });
  });
}

const SWEEP = 500;

/** Ends what is overdue, of all tenants: jobs start by the database's clock and may be late or lost. */
export async function expireOverdue(parts: PolicyParts): Promise<void> {
  const { database } = parts.host;
  const overdue = await database.withRelay((tx) => overdueExceptions(tx, parts.clock.now(), SWEEP), {
    isReadOnly: true,
  });
  for (const { tenantId, id } of overdue) await expireException(parts, tenantId, id);
}
