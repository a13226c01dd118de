import { DeploymentState, TaskState } from '@stella-ops/contracts/deployments';
import { expect, test } from 'vitest';
import { DEPLOYMENT_TRANSITIONS, deploymentDiagram, deploymentTransition, isUnderWay } from './deployment-states.ts';
import { TASK_TRANSITIONS, taskDiagram } from './task-states.ts';

test('every state of the contract can be reached, and an event in a state means one thing', () => {
  for (const [table, states] of [
    [DEPLOYMENT_TRANSITIONS, DeploymentState.options],
    [TASK_TRANSITIONS, TaskState.options],
  ] as const) {
    expect([...new Set(table.map(({ to }) => to))].toSorted()).toEqual([...states].toSorted());
    const keys = table.map(({ from, event }) => `${from} ${event}`);
    expect(new Set(keys).size).toBe(keys.length);
  }
});

test('every end is recorded, and nothing else is', () => {
  for (const { to, effects } of DEPLOYMENT_TRANSITIONS) {
    expect(effects).toEqual(isUnderWay(to) ? [] : ['finish']);
  }
});

test('what has succeeded is never run again', () => {
  expect(deploymentTransition('succeeded', 'resumed')).toBeUndefined();
  expect(TASK_TRANSITIONS.filter(({ from }) => from === 'succeeded')).toEqual([]);
});

test('the diagrams are those of the tables', async () => {
  await expect(deploymentDiagram()).toMatchFileSnapshot('../../deployment-states.mmd');
  await expect(taskDiagram()).toMatchFileSnapshot('../../task-states.mmd');
});
