import { type Promotion, type Release, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi, useCommand } from '../../../api/index.ts';
import { Dialog, Form, Select, TextField } from '../../../ui/index.ts';
import { nextEnvironment } from '../model/next-environment.ts';
import { ChangePreview } from '../parts/change-preview.tsx';
import { useEnvironments } from '../parts/use-environments.ts';

interface RequestPromotionProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** What to promote, when the page knows it. */
  readonly release?: Release;
  /** Name of the environment, when the page knows it. */
  readonly environment?: string;
}

/** Asks to bring a release into an environment; shows beforehand which digests would come. */
export function RequestPromotionDialog(props: RequestPromotionProps) {
  const { release } = props;
  const title = release === undefined ? 'Request promotion' : `Request promotion of ${release.name} ${release.version}`;
  return (
    <Dialog title={title} isOpen={props.isOpen} onClose={props.onClose} size="large">
      {props.isOpen ? <RequestForm {...props} /> : null}
    </Dialog>
  );
}

function RequestForm({ release, environment, onClose }: RequestPromotionProps) {
  const navigate = useNavigate();
  const request = useCommand(RELEASES_ROUTES.requestPromotion);
  const { environments } = useEnvironments();
  const releases = useApi(
    RELEASES_ROUTES.listReleases,
    { query: { limit: 100 } },
    { isEnabled: release === undefined },
  );
  const [chosenRelease, setRelease] = useState(release?.id);
  const releaseId = chosenRelease ?? releases.data?.body.items[0]?.id;
  const promotions = usePromotionsOf(releaseId);
  const [chosenName, setName] = useState(environment);
  // Nothing is proposed before it is known how far the release came.
  const proposed = promotions === undefined ? undefined : nextEnvironment(environments, promotions)?.name;
  const name = chosenName ?? proposed;
  const [reason, setReason] = useState('');
  const [isTried, setTried] = useState(false);
  const target = environments.find((one) => one.name === name);

  return (
    <Form
      error={request.error}
      onSubmit={() => {
        setTried(true);
        if (releaseId === undefined || name === undefined) return;
        request.mutate(
          { body: { releaseId, environment: name, reason: reason.trim() } },
          { onSuccess: ({ body }) => void navigate({ to: `/promotions/${body.id}` }).then(onClose) },
        );
      }}
      verb="Request promotion"
      // Until the page of the promotion is here: Enter would ask once more.
      isPending={request.isPending || request.isSuccess}
      onCancel={onClose}
    >
      {release === undefined ? (
        <Select
          label="Release"
          isRequired
          options={(releases.data?.body.items ?? []).map((one) => ({
            id: one.id,
            label: `${one.name} ${one.version}`,
          }))}
          value={releaseId}
          onChange={setRelease}
        />
      ) : null}
      <Select
        label="Environment"
        isRequired
        help={
          target === undefined ? 'Promotions go upwards, one environment after the other.' : approvalsSentence(target)
        }
        options={environments.map((one) => ({ id: one.name, label: one.name }))}
        value={name}
        error={isTried && name === undefined ? 'Choose an environment.' : undefined}
        onChange={setName}
      />
      <TextField
        label="Reason"
        help="Why now. Approvers read it, and it is signed into the evidence."
        value={reason}
        onChange={setReason}
        isMultiline
        rows={2}
        maxLength={2000}
        autoFocus
      />
      {releaseId === undefined || target === undefined ? null : (
        <ChangePreview
          key={`${releaseId} ${target.id}`}
          subject={{ releaseId, environmentId: target.id }}
          isLinked={false}
        />
      )}
    </Form>
  );
}

function usePromotionsOf(releaseId: string | undefined): readonly Promotion[] | undefined {
  const query = useApi(
    RELEASES_ROUTES.listPromotions,
    { query: { limit: 100, ...(releaseId === undefined ? {} : { releaseId }) } },
    { isEnabled: releaseId !== undefined },
  );
  return query.data?.body.items;
}

function approvalsSentence(environment: {
  readonly requiredApprovals: number;
  readonly isSeparationOfDuties: boolean;
}) {
  const { requiredApprovals: count, isSeparationOfDuties } = environment;
  if (count === 0) return 'Asks for no approval: it is approved as soon as its gates are met.';
  const people = count === 1 ? '1 person' : `${count} people`;
  return `After the gates ${people} must approve${isSeparationOfDuties ? ', not you' : ''}.`;
}
