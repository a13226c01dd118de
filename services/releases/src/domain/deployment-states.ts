import type { DeploymentState as States } from '@stella-ops/contracts/deployments';
import type { z } from 'zod';

export type DeploymentState = z.infer<typeof States>;

/** What can happen to a deployment. */
export type DeploymentEvent =
  | 'planned'
  | 'started'
  | 'rollback-started'
  | 'all-succeeded'
  | 'target-failed'
  | 'cancelled'
  | 'resumed'
  | 'rollback-resumed';

export interface DeploymentTransition {
  /** Null: there is no deployment yet. */
  readonly from: DeploymentState | null;
  readonly event: DeploymentEvent;
  /** When it may happen, for readers; `deploymentEvent` and the commands check it. */
  readonly guard: string;
  readonly to: DeploymentState;
  /** `finish`: the end is recorded, with an event from which evidence is sealed. */
  readonly effects: readonly 'finish'[];
}

const row = (
  from: DeploymentState | null,
  event: DeploymentEvent,
  to: DeploymentState,
  guard: string,
  effects: DeploymentTransition['effects'] = [],
): DeploymentTransition => ({ from, event, guard, to, effects });

const CALM = 'no target is under way';

/**
 * Every way that a deployment can go. A rollback is a deployment of its own, to a release that ran there before: it is
 * `rolling_back` where another is `running`, and `rolled_back` where another has `succeeded`.
 */
export const DEPLOYMENT_TRANSITIONS: readonly DeploymentTransition[] = [
  row(null, 'planned', 'pending', 'no deployment of the environment is under way'),
  row('pending', 'started', 'running', 'its first targets are queued'),
  row('pending', 'rollback-started', 'rolling_back', 'its first targets are queued'),
  row('running', 'all-succeeded', 'succeeded', 'every target has its receipt', ['finish']),
  row('running', 'target-failed', 'failed', CALM, ['finish']),
  row('running', 'cancelled', 'cancelled', CALM, ['finish']),
  row('rolling_back', 'all-succeeded', 'rolled_back', 'every target has its receipt', ['finish']),
  row('rolling_back', 'target-failed', 'failed', CALM, ['finish']),
  row('rolling_back', 'cancelled', 'cancelled', CALM, ['finish']),
  row('failed', 'resumed', 'running', 'nothing else was deployed there since'),
  row('failed', 'rollback-resumed', 'rolling_back', 'nothing else was deployed there since'),
  row('cancelled', 'resumed', 'running', 'nothing else was deployed there since'),
  row('cancelled', 'rollback-resumed', 'rolling_back', 'nothing else was deployed there since'),
];

/** The row for an event in a state; `undefined` when the state does not allow it. */
export function deploymentTransition(
  from: DeploymentState | null,
  event: DeploymentEvent,
): DeploymentTransition | undefined {
  return DEPLOYMENT_TRANSITIONS.find((transition) => transition.from === from && transition.event === event);
}

const UNDER_WAY: ReadonlySet<DeploymentState> = new Set(['pending', 'running', 'rolling_back']);

export function isUnderWay(state: DeploymentState): boolean {
  return UNDER_WAY.has(state);
}

/** The table as a Mermaid state diagram. */
export function deploymentDiagram(): string {
  const ways = DEPLOYMENT_TRANSITIONS.map(({ from, event, to }) => `  ${from ?? '[*]'} --> ${to}: ${event}`);
  const left = new Set(DEPLOYMENT_TRANSITIONS.map(({ from }) => from));
  const ends = [...new Set(DEPLOYMENT_TRANSITIONS.map(({ to }) => to))].filter((state) => !left.has(state));
  return ['stateDiagram-v2', ...ways, ...ends.map((state) => `  ${state} --> [*]`), ''].join('\n');
}
