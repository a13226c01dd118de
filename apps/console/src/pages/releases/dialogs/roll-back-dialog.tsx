import { DEPLOYMENTS_ROUTES, type DeploymentSummary } from '@stella-ops/contracts/deployments';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi, useCommand } from '../../../api/index.ts';
import { ConfirmByName, Dialog, EmptyState, ErrorState, Select, Skeleton } from '../../../ui/index.ts';
import { rollbackChoices } from '../model/rollback-choices.ts';
import { ChangePreview } from '../parts/change-preview.tsx';

interface RollBackProps {
  readonly environment: { readonly id: string; readonly name: string };
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Brings an environment back to a release that was deployed there before; shows its digests and asks for the name. */
export function RollBackDialog(props: RollBackProps) {
  return props.isOpen ? <Open {...props} /> : null;
}

function Open({ environment, onClose }: RollBackProps) {
  const history = useApi(DEPLOYMENTS_ROUTES.listDeployments, { query: { environment: environment.name, limit: 200 } });
  const title = `Roll back ${environment.name}`;
  if (history.data !== undefined) {
    const choices = rollbackChoices(history.data.body.items);
    if (choices.length > 0)
      return <Choose environment={environment} choices={choices} title={title} onClose={onClose} />;
  }
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      {history.error !== null ? (
        <ErrorState error={history.error} retry={() => void history.refetch()} />
      ) : history.data === undefined ? (
        <Skeleton />
      ) : (
        <EmptyState title="There is nothing to go back to" icon="undo">
          No other release was deployed to {environment.name} successfully before the present one.
        </EmptyState>
      )}
    </Dialog>
  );
}

function Choose(props: {
  readonly environment: RollBackProps['environment'];
  readonly choices: readonly DeploymentSummary[];
  readonly title: string;
  readonly onClose: () => void;
}) {
  const { environment, choices, title, onClose } = props;
  const navigate = useNavigate();
  const rollBack = useCommand(DEPLOYMENTS_ROUTES.rollBack);
  const [releaseId, setReleaseId] = useState(choices[0]?.releaseId);
  return (
    <ConfirmByName
      title={title}
      isOpen
      onClose={onClose}
      name={environment.name}
      nameOf="environment"
      verb="Roll back"
      isDanger
      reason="required"
      isPending={rollBack.isPending || rollBack.isSuccess}
      error={rollBack.error}
      onConfirm={(reason) =>
        rollBack.mutate(
          {
            params: { environmentId: environment.id },
            body: { reason, ...(releaseId === undefined ? {} : { releaseId }) },
          },
          { onSuccess: ({ body }) => void navigate({ to: `/deployments/${body.id}` }).then(onClose) },
        )
      }
    >
      <Select
        label="Back to"
        isRequired
        options={choices.map((one) => ({
          id: one.releaseId,
          label: `${one.release}, deployed ${(one.finishedAt ?? one.createdAt).slice(0, 16).replace('T', ' ')} UTC`,
        }))}
        value={releaseId}
        onChange={setReleaseId}
      />
      {releaseId === undefined ? null : (
        <ChangePreview key={releaseId} subject={{ releaseId, environmentId: environment.id }} isLinked={false} />
      )}
    </ConfirmByName>
  );
}
