import '../../common/layout.css';
import './try-policy.css';
import { type Answer, callApi, useApi, useCan, useWhyNot } from '../../../api/index.ts';
import { type Decision, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import type { AppError } from '@stella-ops/engine-kernel/errors';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, CopyCommand, ErrorState, Select, shortDigest, TextField } from '../../../ui/index.ts';
import { command } from '../../common/command-word.ts';
import { shortName } from './finding-columns.tsx';
import { TriedResult } from './tried-result.tsx';

const NONE = 'none';
const MOST_IMAGES = 200;

interface Try {
  readonly imageDigest: string;
  readonly environment?: string;
  readonly source: string;
}

/** Judges an image by the text of a pack, published or not, without recording anything. */
export function TryPolicy(props: {
  /** YAML of the pack. */
  readonly source: string;
  /** Chosen when it opens. */
  readonly imageDigest?: string;
}) {
  const can = useCan();
  const whyNot = useWhyNot();
  const [imageDigest, setImageDigest] = useState(props.imageDigest);
  const [name, setName] = useState('');
  const [environment, setEnvironment] = useState(NONE);
  const [isTried, setTried] = useState(false);
  const images = useApi(
    SCANNER_ROUTES.listImages,
    { query: { limit: MOST_IMAGES, ...(name.trim() === '' ? {} : { name: name.trim() }) } },
    { keepsPrevious: true, isEnabled: can('scanner.read') },
  );
  const environments = useApi(
    RELEASES_ROUTES.listEnvironments,
    { query: { limit: MOST_IMAGES } },
    { isEnabled: can('environment.read') },
  );
  const judge = useMutation<Answer<typeof POLICY_ROUTES.simulate>, AppError, Try>({
    mutationFn: (body) => callApi(POLICY_ROUTES.simulate, { body }),
  });
  const items = images.data?.body.items ?? [];
  const known = items.some(({ digest }) => digest === imageDigest);
  const options = [
    ...(imageDigest === undefined || known ? [] : [{ id: imageDigest, label: shortDigest(imageDigest) }]),
    ...items.map(({ digest, name: image }) => ({ id: digest, label: `${shortName(image)} · ${shortDigest(digest)}` })),
  ];
  const hasMore = images.data?.body.next !== null && images.data !== undefined;
  const fault = imageDigest === undefined ? 'Choose an image.' : undefined;
  return (
    <div className="stack">
      <div className="try-fields">
        <Select
          label="Image"
          options={options}
          value={imageDigest}
          onChange={(next) => {
            setImageDigest(next);
            judge.reset();
          }}
          placeholder={images.data !== undefined && items.length === 0 ? 'No image is known yet' : 'Choose an image'}
          isRequired
          error={isTried ? fault : undefined}
        />
        {hasMore || name !== '' ? (
          <TextField
            label="Part of its name"
            help="There are more images than the list holds."
            value={name}
            onChange={setName}
            maxLength={200}
          />
        ) : null}
        <Select
          label="Environment"
          options={[
            { id: NONE, label: 'None' },
            ...(environments.data?.body.items ?? []).map((one) => ({ id: one.name, label: one.name })),
          ]}
          value={environment}
          onChange={(next) => {
            setEnvironment(next);
            judge.reset();
          }}
          help="Rules may ask for it."
        />
      </div>
      <div className="row">
        <Button
          icon="run"
          isPending={judge.isPending}
          disabledReason={whyNot('policy.simulate')}
          onPress={() => {
            setTried(true);
            if (imageDigest === undefined || judge.isPending) return;
            judge.mutate({
              imageDigest,
              source: props.source,
              ...(environment === NONE ? {} : { environment }),
            });
          }}
        >
          Try on this image
        </Button>
        <span className="small">Nothing is recorded: no decision, no finding, no evidence.</span>
      </div>
      {imageDigest === undefined ? null : (
        <p>
          <CopyCommand
            command={command(`stella policy simulate ${imageDigest}`, {
              pack: 'pack.yaml',
              environment: environment === NONE ? undefined : environment,
            })}
          />
        </p>
      )}
      {judge.error === null ? null : <ErrorState error={judge.error} />}
      {/* What was said of another text is not shown beside this one. */}
      {judge.data === undefined || judge.variables?.source !== props.source ? null : (
        <Compared tried={judge.data.body} />
      )}
    </div>
  );
}

/** The answer beside the newest decision on the same image for the same environment. */
function Compared({ tried }: { readonly tried: Decision }) {
  const { imageDigest, environment } = tried;
  const present = useApi(POLICY_ROUTES.listDecisions, {
    query: { imageDigest, limit: environment === null ? 50 : 1, ...(environment === null ? {} : { environment }) },
  });
  const now = present.data?.body.items.find((one) => one.environment === environment);
  if (present.data === undefined && present.error === null) return null;
  return <TriedResult tried={tried} now={now} />;
}
