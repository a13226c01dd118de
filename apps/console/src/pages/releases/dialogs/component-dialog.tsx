import { type Component as ComponentData, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useState } from 'react';
import { useCommand } from '../../../api/index.ts';
import { Dialog, Form, TextField } from '../../../ui/index.ts';
import { isSlug } from '../../common/slug.ts';
import { SlugField } from '../../common/slug-field.tsx';
import { isRepository, REPOSITORY_FAULT } from '../model/fields.ts';

interface ComponentDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** What to change; without it one is created. */
  readonly component?: ComponentData;
  readonly etag?: string | undefined;
}

/** Creates a component, or changes where its images come from. */
export function ComponentDialog(props: ComponentDialogProps) {
  const title = props.component === undefined ? 'Create component' : `Edit ${props.component.name}`;
  return (
    <Dialog title={title} isOpen={props.isOpen} onClose={props.onClose}>
      {props.isOpen ? <ComponentForm {...props} /> : null}
    </Dialog>
  );
}

function ComponentForm({ component, etag, onClose }: ComponentDialogProps) {
  const create = useCommand(RELEASES_ROUTES.createComponent);
  const update = useCommand(RELEASES_ROUTES.updateComponent);
  const [name, setName] = useState('');
  const [repository, setRepository] = useState(component?.repository ?? '');
  const [description, setDescription] = useState(component?.description ?? '');
  const [isTried, setTried] = useState(false);
  const isNamed = component !== undefined || isSlug(name.trim());
  const repositoryFault = isRepository(repository) ? undefined : REPOSITORY_FAULT;
  return (
    <Form
      error={create.error ?? update.error}
      onSubmit={() => {
        setTried(true);
        if (!isNamed || repositoryFault !== undefined) return;
        if (component === undefined) {
          create.mutate({ body: { name: name.trim(), repository, description } }, { onSuccess: onClose });
        } else {
          const input = { params: { componentId: component.id }, body: { repository, description } };
          update.mutate({ ...input, ...(etag === undefined ? {} : { ifMatch: etag }) }, { onSuccess: onClose });
        }
      }}
      verb={component === undefined ? 'Create component' : 'Save changes'}
      isPending={create.isPending || update.isPending}
      onCancel={onClose}
    >
      {component === undefined ? (
        <SlugField
          help="Releases and templates call it by this name; it does not change."
          value={name}
          onChange={setName}
          isTried={isTried}
        />
      ) : null}
      <TextField
        label="Repository"
        help="Where its images are: registry and path, without tag."
        value={repository}
        onChange={setRepository}
        isRequired
        isMono
        autoFocus={component !== undefined}
        maxLength={300}
        placeholder="registry.example/shop/web"
        error={isTried ? repositoryFault : undefined}
      />
      <TextField label="Description" value={description} onChange={setDescription} isMultiline maxLength={500} />
    </Form>
  );
}
