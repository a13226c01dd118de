import type { Input } from '@stella-ops/contracts';
import type { AGENT_ROUTES } from '@stella-ops/contracts/deployments';
import { canonicalJson } from '@stella-ops/engine-kernel';
import type { RequestContext } from '@stella-ops/platform/http';
import { announceTarget } from '../deployment/announce.ts';
import type { Deps } from '../deps.ts';
import { digestsOf, driftSince } from '../domain/drift.ts';
import { fail } from '../errors.ts';
import { requireAgent } from '../person.ts';
import {
  findTarget,
  knownDeployments,
  lockTarget,
  noteSighting,
  type StoredContainer,
  type TargetRow,
} from '../store/targets.ts';
import { isTargetBusy } from '../store/tasks.ts';

/** Keeps what runs on a target, and where it differs from what was deployed there. Told is only what is new. */
export async function observeTarget(deps: Deps, { body }: Input<typeof AGENT_ROUTES.observe>, context: RequestContext) {
  const agent = requireAgent(context.caller);
  const { tenantId } = agent;
  const { database } = deps.host;
  const before = await database.withTenant(tenantId, (tx) => findTarget(tx, body.targetId), { isReadOnly: true });
  if (before === undefined || before.agentId !== agent.id) throw fail('NOT_FOUND', 'there is no such target');
  const plan = before.planDigest === null ? undefined : await deps.plans.read(tenantId, before.planDigest);
  const containers: StoredContainer[] = body.containers.map((one) => ({ ...one, digests: digestsOf(one) }));
  return database.withTenant(tenantId, async (tx) => {
    const target = await lockTarget(tx, body.targetId);
    if (target === undefined || target.agentId !== agent.id) throw fail('NOT_FOUND', 'there is no such target');
    const isLate = isOlder(body.observedAt, target.observedAt) && !target.isStale;
    if (isLate) return answer(target.drift.length);
    const at = deps.clock.now();
    const known = await knownDeployments(tx, deploymentsOf(containers));
    const earlier = target.drift.filter(({ kind }) => kind !== 'stale');
    // While somebody works there, and right after, what is seen is on its way to be something else.
    const isSettled = target.planDigest === before.planDigest && !(await isTargetBusy(tx, target.id));
    const drift = isSettled ? driftSince(plan, body.containers, earlier, at, known) : earlier;
    const { engineVersion, observedAt } = body;
    const isNew = target.seenAt === null || target.isStale || isOther(target, { engineVersion, containers, drift });
    await noteSighting(tx, target.id, { at, observedAt, engineVersion, containers, drift, isNew });
    if (isNew) await announceTarget(deps, tx, tenantId, target, drift.length, at);
    for (const { kind, since } of drift) if (since === at) deps.record.drifting(1, { kind });
    return answer(drift.length);
  });
}

/** Nothing is under way for longer: what is older by more is of a clock that was set back, and is news. */
const LATE_MS = 120_000;

/** Whether a look is one that came late. Both times are of the agent's own clock. */
function isOlder(observedAt: string, before: string | null): boolean {
  if (before === null || observedAt >= before) return false;
  return Date.parse(before) - Date.parse(observedAt) < LATE_MS;
}

const answer = (drift: number) => ({ status: 200 as const, body: { drift } });

type Sighted = Pick<TargetRow, 'engineVersion' | 'containers' | 'drift'>;

function isOther(before: Sighted, now: Sighted): boolean {
  const text = ({ engineVersion, containers, drift }: Sighted) => canonicalJson([engineVersion, containers, drift]);
  return text(before) !== text(now);
}

function deploymentsOf(containers: readonly StoredContainer[]): string[] {
  const ids = containers.flatMap(({ labels }) => {
    const id = Object.hasOwn(labels, 'stella.deployment.id') ? labels['stella.deployment.id'] : undefined;
    return id === undefined ? [] : [id];
  });
  return [...new Set(ids)];
}
