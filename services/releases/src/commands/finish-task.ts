import type { Input } from '@stella-ops/contracts';
import type { AGENT_ROUTES, Step } from '@stella-ops/contracts/deployments';
import { canonicalBytes, digestOf } from '@stella-ops/engine-kernel';
import type { RequestContext } from '@stella-ops/platform/http';
import { announceTarget } from '../deployment/announce.ts';
import { goOn } from '../deployment/go-on.ts';
import { LeaseLost, lockOwnTask, unlessLeaseIsLost } from '../deployment/own-task.ts';
import type { Deps } from '../deps.ts';
import { requireAgent } from '../person.ts';
import { lockTarget, noteDeployed } from '../store/targets.ts';
import { endTask, type TaskRow } from '../store/tasks.ts';
import type { Tx } from '../store/tx.ts';

/** Ends a task with its receipt. Told again with the same lease it changes nothing. */
export async function finishTask(
  deps: Deps,
  { params, body }: Input<typeof AGENT_ROUTES.finishTask>,
  context: RequestContext,
) {
  const agent = requireAgent(context.caller);
  const { tenantId } = agent;
  const receipt = canonicalBytes(body.receipt);
  const receiptDigest = digestOf(receipt);
  await deps.host.objects.tenant(tenantId, 'evidence').put(receipt);
  return unlessLeaseIsLost(deps, agent, () =>
    deps.host.change(context, async (tx: Tx, change) => {
      const { lane, task } = await lockOwnTask(tx, agent, params.taskId, body.fencingToken);
      const { deployment } = lane;
      change.audit({ type: 'deployment', id: deployment.id }, { taskId: task.id, target: task.target, receiptDigest });
      if (task.receiptDigest !== null && task.state !== 'running') {
        return { status: 200 as const, body: { receiptDigest: task.receiptDigest } };
      }
      if (task.state !== 'running') throw new LeaseLost();
      const fault = body.outcome === 'succeeded' ? receiptFault(body.receipt, task) : undefined;
      const state = fault === undefined ? body.outcome : 'failed';
      const steps = fault === undefined ? body.steps : [...body.steps, faultStep(fault, change.at)];
      await endTask(tx, task.id, { state, steps, output: body.output, receiptDigest, at: change.at });
      if (state === 'succeeded') {
        const { releaseId } = deployment;
        const { planDigest } = task;
        await noteDeployed(tx, task.targetId, { releaseId, deploymentId: deployment.id, planDigest });
        const target = await lockTarget(tx, task.targetId);
        if (target !== undefined) await announceTarget(deps, tx, tenantId, target, 0, change.at);
      }
      await goOn(deps, tx, tenantId, lane, change.at);
      return { status: 200 as const, body: { receiptDigest } };
    }),
  );
}

/** What a success must be about. A receipt of something else proves nothing. */
function receiptFault(receipt: Readonly<Record<string, unknown>>, task: TaskRow): string | undefined {
  if (receipt['planDigest'] !== task.planDigest) return 'the receipt is not about the plan of this task';
  if (receipt['deploymentId'] !== task.deploymentId) return 'the receipt is of another deployment';
  if (receipt['outcome'] !== undefined && receipt['outcome'] !== 'succeeded') return 'the receipt is of a failure';
  return undefined;
}

function faultStep(message: string, at: string): Step {
  return {
    id: 'receipt',
    service: null,
    action: 'record',
    sentence: 'Check the receipt of the agent',
    state: 'failed',
    startedAt: at,
    finishedAt: at,
    error: { code: 'RECEIPT_MISMATCH', message, hint: 'Update the agent to the version of the server, and resume.' },
  };
}
