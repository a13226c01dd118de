import './host-table.css';
import type { Deployment, DeploymentTask } from '@stella-ops/contracts/deployments';
import { AppLink, StateBadge, TASK_STATES, TimeAgo } from '../../../ui/index.ts';
import { batchesOf, taskProgress } from '../model/task-progress.ts';
import { PlainTable } from './plain-table.tsx';

interface HostTableProps {
  readonly deployment: Deployment;
  /** Which host's steps are shown below; its row is marked. */
  readonly chosenId?: string;
}

/** How far each host is, batch by batch. A host's name leads to its steps. */
export function HostTable({ deployment, chosenId }: HostTableProps) {
  const batches = batchesOf(deployment);
  const isBatched = batches.length > 1;
  return (
    <PlainTable
      label="Targets"
      items={batches.flatMap(({ tasks }) => tasks)}
      keyOf={({ id }) => id}
      empty="No target takes part yet."
      columns={[
        {
          id: 'target',
          title: 'Target',
          isRowHeader: true,
          cell: ({ id, target }) => (
            <AppLink
              to={`/deployments/${deployment.id}?host=${target}`}
              className={id === chosenId ? 'host-link chosen' : 'host-link'}
            >
              {target}
              {id === chosenId ? <span className="unseen"> (shown below)</span> : null}
            </AppLink>
          ),
        },
        ...(isBatched
          ? [
              {
                id: 'batch',
                title: 'Batch',
                isNumber: true,
                cell: ({ batch }: DeploymentTask) => `${batch} of ${batches.length}`,
              },
            ]
          : []),
        { id: 'state', title: 'State', cell: ({ state }) => <StateBadge {...TASK_STATES[state]} /> },
        { id: 'progress', title: 'Steps', cell: (task) => <Progress task={task} /> },
        {
          id: 'now',
          title: 'Now',
          cell: (task) => <Current sentence={taskProgress(task).current} />,
        },
        { id: 'attempt', title: 'Try', isNumber: true, cell: ({ attempt }) => attempt },
        { id: 'started', title: 'Began', cell: ({ startedAt }) => <TimeAgo at={startedAt} /> },
        { id: 'finished', title: 'Ended', cell: ({ finishedAt }) => <TimeAgo at={finishedAt} /> },
      ]}
    />
  );
}

function Progress({ task }: { readonly task: DeploymentTask }) {
  const { done, total } = taskProgress(task);
  if (total === 0) return <span className="quiet">{task.state === 'running' ? 'not told yet' : '–'}</span>;
  return (
    <span className="host-progress">
      <progress
        value={done}
        max={total}
        className={task.state === 'failed' ? 'failed' : undefined}
        aria-label={`Steps of ${task.target}`}
      />
      {done} of {total}
    </span>
  );
}

/** A step's sentence may hold a whole script: two lines of it, all of it on hover and in the list of steps. */
function Current({ sentence }: { readonly sentence: string | null }) {
  if (sentence === null) return <span className="quiet">–</span>;
  return (
    <span className="host-now" title={sentence}>
      {sentence}
    </span>
  );
}
