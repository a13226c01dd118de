import '../common/layout.css';
import { SIGNER_ROUTES, type SigningKey } from '@stella-ops/contracts/signer';
import { useState } from 'react';
import { useApi, useCommand, useMe, useWhyNot } from '../../api/index.ts';
import {
  Button,
  ConfirmByName,
  CopyButton,
  EmptyState,
  KeyValue,
  Loaded,
  Notice,
  Page,
  Section,
  StateBadge,
  TimeAgo,
} from '../../ui/index.ts';
import { CommandBlock } from '../common/command-block.tsx';
import { KEY_STATES } from '../common/looks.ts';
import { counted } from '../common/words.ts';

/** The keys that sign evidence of the tenant: the active one, and those whose signatures still count. */
export function Component() {
  const query = useApi(SIGNER_ROUTES.listKeys, {});
  const whyNot = useWhyNot();
  /** As it was when the person asked: somebody else's rotation meanwhile must not be undone by this one. */
  const [retire, setRetire] = useState<string>();
  const [rotated, setRotated] = useState<string>();
  const keys = query.data?.body.keys;
  const active = keys?.find(({ state }) => state === 'active');
  return (
    <Page
      title="Signing keys"
      sentence={keys === undefined ? ' ' : sentenceOf(keys)}
      actions={
        <Button
          icon="key"
          onPress={() => setRetire(active?.hint)}
          disabledReason={
            whyNot('signer.rotate') ??
            (keys !== undefined && active === undefined ? 'The first signature makes the first key.' : undefined)
          }
        >
          Rotate key…
        </Button>
      }
      command="stella key list"
      asOfMs={query.data?.asOfMs}
    >
      {rotated !== undefined && rotated === active?.hint ? (
        <Notice tone="good" icon="key">
          <span role="status">A new key signs from now on. Give the new trusted root to whoever verifies.</span>
        </Notice>
      ) : null}
      <Loaded query={query} lines={8}>
        {({ body }) =>
          body.keys.length === 0 ? (
            <EmptyState title="No key yet" icon="key" command="stella key list">
              The first evidence that is sealed makes the first key of this tenant.
            </EmptyState>
          ) : (
            <>
              <Keys title="Active key" keys={body.keys.filter(({ state }) => state === 'active')} />
              <Keys title="Former keys" keys={body.keys.filter(({ state }) => state === 'retired').toReversed()} />
              <Section
                title="For whoever verifies"
                sentence="The trusted root names all these keys. With one from before a rotation, evidence of the new key is “unverifiable”, not wrong."
              >
                <CommandBlock title="Get the trusted root" text="stella trust get --output stella.trusted-root.json" />
              </Section>
            </>
          )
        }
      </Loaded>
      <RotateDialog retire={retire} onClose={() => setRetire(undefined)} onRotated={setRotated} />
    </Page>
  );
}

function sentenceOf(keys: readonly SigningKey[]): string {
  const former = keys.filter(({ state }) => state === 'retired').length;
  if (keys.length === 0) return 'Nothing was signed for this tenant yet.';
  return former === 0
    ? 'One key has signed everything of this tenant.'
    : `One key signs; what ${counted(former, 'former key')} signed still verifies.`;
}

function Keys({ title, keys }: { readonly title: string; readonly keys: readonly SigningKey[] }) {
  if (keys.length === 0) return null;
  return (
    <Section title={title}>
      <div className="stack">
        {keys.map((key) => (
          <KeyView key={key.hint} signingKey={key} />
        ))}
      </div>
    </Section>
  );
}

function KeyView({ signingKey }: { readonly signingKey: SigningKey }) {
  const { hint, state, algorithm, createdAt, retiredAt } = signingKey;
  return (
    <div className="stack">
      <span className="told">
        <StateBadge {...KEY_STATES[state]} />
        <span>{state === 'active' ? 'Signs what is sealed now.' : 'Signs nothing more; what it signed verifies.'}</span>
      </span>
      <KeyValue
        rows={[
          [
            'Hint',
            <span key="h" className="row">
              <code>{hint}</code>
              <CopyButton text={hint} what="hint of the key" />
            </span>,
          ],
          ['Algorithm', algorithm],
          ['Signs since', <TimeAgo key="c" at={createdAt} />],
          retiredAt === null ? undefined : ['Signed until', <TimeAgo key="r" at={retiredAt} />],
        ]}
      />
    </div>
  );
}

function RotateDialog(props: {
  /** Undefined: nothing is asked. */
  readonly retire: string | undefined;
  readonly onClose: () => void;
  readonly onRotated: (hint: string) => void;
}) {
  const { retire = '', onClose, onRotated } = props;
  const tenant = useMe()?.tenant.name ?? '';
  const rotate = useCommand(SIGNER_ROUTES.rotateKey);
  return (
    <ConfirmByName
      title="Rotate the signing key"
      isOpen={props.retire !== undefined}
      onClose={() => {
        rotate.reset();
        onClose();
      }}
      name={tenant}
      nameOf="tenant"
      verb="Rotate key"
      isDanger
      isPending={rotate.isPending}
      error={rotate.error}
      onConfirm={() =>
        rotate.mutate(
          { body: { retire } },
          {
            onSuccess: ({ body }) => {
              onRotated(body.active.hint);
              onClose();
            },
          },
        )
      }
    >
      <p>
        A new key signs from now on, and <code>{retire}</code> never again: its private half is forgotten. What it
        signed still verifies. Whoever verifies needs the new trusted root.
      </p>
    </ConfirmByName>
  );
}
