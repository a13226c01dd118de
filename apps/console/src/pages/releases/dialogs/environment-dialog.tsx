import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { type Environment, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi, useCan, useCommand } from '../../../api/index.ts';
import { Checkbox, Dialog, Form, Select, TextField } from '../../../ui/index.ts';
import { isSlug } from '../../common/slug.ts';
import { SlugField } from '../../common/slug-field.tsx';
import { wholeNumber } from '../model/fields.ts';
import { useEnvironments } from '../parts/use-environments.ts';

interface EnvironmentDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** What to change; without it one is created. */
  readonly environment?: Environment;
  readonly etag?: string | undefined;
}

/** Creates an environment, or changes what it asks for. */
export function EnvironmentDialog(props: EnvironmentDialogProps) {
  const title = props.environment === undefined ? 'Create environment' : `Edit ${props.environment.name}`;
  return (
    <Dialog title={title} isOpen={props.isOpen} onClose={props.onClose}>
      {props.isOpen ? <EnvironmentForm {...props} /> : null}
    </Dialog>
  );
}

const DEFAULT_POLICY = '';

function EnvironmentForm({ environment, etag, onClose }: EnvironmentDialogProps) {
  const navigate = useNavigate();
  const can = useCan();
  const create = useCommand(RELEASES_ROUTES.createEnvironment);
  const update = useCommand(RELEASES_ROUTES.updateEnvironment);
  const packs = useApi(POLICY_ROUTES.listPacks, { query: { limit: 200 } }, { isEnabled: can('policy.read') });
  const { query, environments } = useEnvironments();
  const [name, setName] = useState('');
  const [typedOrder, setOrder] = useState<string>();
  // Nothing is proposed before it is known what is there.
  const order = typedOrder ?? (query.data === undefined ? '' : String((environments.at(-1)?.order ?? 0) + 1));
  const [approvals, setApprovals] = useState(String(environment?.requiredApprovals ?? 1));
  const [isSeparated, setSeparated] = useState(environment?.isSeparationOfDuties ?? true);
  const [policy, setPolicy] = useState(environment?.policy ?? DEFAULT_POLICY);
  const [isTried, setTried] = useState(false);

  const faults = {
    order: wholeNumber(order, 1, 1000) === undefined ? 'A whole number from 1 to 1000.' : undefined,
    approvals: wholeNumber(approvals, 0, 10) === undefined ? 'A whole number from 0 to 10.' : undefined,
  };
  const isNamed = environment !== undefined || isSlug(name.trim());
  const names = new Set([
    ...(packs.data?.body.items ?? []).map((pack) => pack.name),
    ...(policy === '' ? [] : [policy]),
  ]);
  const submit = (): void => {
    setTried(true);
    const requiredApprovals = wholeNumber(approvals, 0, 10);
    const place = wholeNumber(order, 1, 1000);
    if (!isNamed || Object.values(faults).some((fault) => fault !== undefined)) return;
    if (requiredApprovals === undefined) return;
    const fields = {
      requiredApprovals,
      isSeparationOfDuties: isSeparated,
      policy: policy === DEFAULT_POLICY ? null : policy,
    };
    if (environment !== undefined) {
      const input = { params: { environmentId: environment.id }, body: fields };
      update.mutate({ ...input, ...(etag === undefined ? {} : { ifMatch: etag }) }, { onSuccess: onClose });
    } else if (place !== undefined) {
      create.mutate(
        { body: { name: name.trim(), order: place, ...fields } },
        { onSuccess: ({ body }) => void navigate({ to: `/environments/${body.id}` }).then(onClose) },
      );
    }
  };
  return (
    <Form
      error={create.error ?? update.error}
      onSubmit={submit}
      verb={environment === undefined ? 'Create environment' : 'Save changes'}
      isPending={create.isPending || create.isSuccess || update.isPending}
      onCancel={onClose}
    >
      {environment === undefined ? (
        <>
          <SlugField value={name} onChange={setName} isTried={isTried} />
          <TextField
            label="Place in the order"
            help="Promotions go upwards; the first environment needs nothing before it."
            value={order}
            onChange={setOrder}
            isRequired
            type="number"
            error={isTried ? faults.order : undefined}
          />
        </>
      ) : null}
      <TextField
        label="Required approvals"
        help="How many people must approve after the gates. 0: approved as soon as its gates are met."
        value={approvals}
        onChange={setApprovals}
        isRequired
        type="number"
        autoFocus={environment !== undefined}
        error={isTried ? faults.approvals : undefined}
      />
      <Checkbox
        label="Whoever requests a promotion may not approve it"
        isSelected={isSeparated}
        onChange={setSeparated}
      />
      <Select
        label="Policy"
        help="Which pack judges images that come here."
        options={[
          { id: DEFAULT_POLICY, label: 'The active default' },
          ...[...names].map((one) => ({ id: one, label: one })),
        ]}
        value={policy}
        onChange={setPolicy}
      />
    </Form>
  );
}
