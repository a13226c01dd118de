import '../releases.css';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi, useCommand } from '../../../api/index.ts';
import { Dialog, EmptyState, Form, Loaded, Select, TextField } from '../../../ui/index.ts';
import { isSlug, SLUG_FAULT } from '../../common/slug.ts';
import { isVersion, VERSION_FAULT } from '../model/fields.ts';

interface ReleaseDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Creates a release: tags become digests now, and never again. */
export function ReleaseDialog({ isOpen, onClose }: ReleaseDialogProps) {
  return (
    <Dialog title="Create release" isOpen={isOpen} onClose={onClose} size="large">
      {isOpen ? <Prepared onClose={onClose} /> : null}
    </Dialog>
  );
}

/** What is known before the form opens: components, and what the last release was called. */
function Prepared({ onClose }: Pick<ReleaseDialogProps, 'onClose'>) {
  const components = useApi(RELEASES_ROUTES.listComponents, { query: { limit: 100 } });
  const last = useApi(RELEASES_ROUTES.listReleases, { query: { limit: 1 } });
  return (
    <Loaded query={components}>
      {({ body }) =>
        body.items.length === 0 ? (
          <EmptyState
            title="No components yet"
            icon="box"
            command="stella component create web registry.example/shop/web"
          >
            A release pins a digest of each of its components. Create a component first.
          </EmptyState>
        ) : (
          <Loaded query={last}>
            {({ body: { items } }) => (
              <ReleaseForm
                components={body.items.map(({ name, repository }) => ({ name, repository }))}
                product={items[0]?.name ?? ''}
                onClose={onClose}
              />
            )}
          </Loaded>
        )
      }
    </Loaded>
  );
}

interface ReleaseFormProps {
  readonly components: readonly { readonly name: string; readonly repository: string }[];
  readonly product: string;
  readonly onClose: () => void;
}

const MODES = [
  { id: 'verified', label: 'Verified: every image is scanned, judged and sealed' },
  { id: 'unverified', label: 'Unverified: no evidence, visibly marked' },
];

function ReleaseForm({ components, product, onClose }: ReleaseFormProps) {
  const navigate = useNavigate();
  const create = useCommand(RELEASES_ROUTES.createRelease);
  const [name, setName] = useState(product);
  const [version, setVersion] = useState('');
  const [mode, setMode] = useState('verified');
  const [notes, setNotes] = useState('');
  const [images, setImages] = useState<Readonly<Record<string, string>>>({});
  const [isTried, setTried] = useState(false);
  const chosen = components.flatMap(({ name: component }) => {
    const image = (images[component] ?? '').trim();
    return image === '' ? [] : [{ component, image }];
  });
  const faults = {
    name: isSlug(name) ? undefined : SLUG_FAULT,
    version: isVersion(version) ? undefined : VERSION_FAULT,
    images: chosen.length === 0 ? 'Name the image of at least one component.' : undefined,
  };
  return (
    <Form
      error={create.error}
      onSubmit={() => {
        setTried(true);
        if (Object.values(faults).some((fault) => fault !== undefined)) return;
        create.mutate(
          {
            body: { name, version, notes, mode: mode === 'unverified' ? 'unverified' : 'verified', components: chosen },
          },
          { onSuccess: ({ body }) => void navigate({ to: `/releases/${body.id}` }).then(onClose) },
        );
      }}
      verb="Create release"
      // Until the page of what was made is here: Enter would make another one.
      isPending={create.isPending || create.isSuccess}
      onCancel={onClose}
    >
      <div className="field-pair">
        <TextField
          label="Product"
          value={name}
          onChange={setName}
          isRequired
          isMono
          maxLength={63}
          autoFocus={product === ''}
          error={isTried ? faults.name : undefined}
        />
        <TextField
          label="Version"
          value={version}
          onChange={setVersion}
          isRequired
          isMono
          maxLength={120}
          placeholder="1.2.0"
          autoFocus={product !== ''}
          error={isTried ? faults.version : undefined}
        />
      </div>
      <fieldset className="image-fields">
        <legend>Images</legend>
        <p className="quiet">A tag, or a digest. A component without an image is not part of the release.</p>
        {components.map(({ name: component, repository }, at) => (
          <TextField
            key={component}
            label={component}
            help={repository}
            value={images[component] ?? ''}
            onChange={(image) => setImages({ ...images, [component]: image })}
            isMono
            maxLength={500}
            error={isTried && at === 0 ? faults.images : undefined}
          />
        ))}
      </fieldset>
      <Select label="Evidence" options={MODES} value={mode} onChange={setMode} />
      <TextField label="Notes" help="What is new." value={notes} onChange={setNotes} isMultiline maxLength={10_000} />
    </Form>
  );
}
