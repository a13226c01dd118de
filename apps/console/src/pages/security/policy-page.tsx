import './policy.css';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { useMemo, useState } from 'react';
import { useApi, useCommand, useWhyNot } from '../../api/index.ts';
import {
  AppLink,
  Button,
  ConfirmByName,
  DigestChip,
  ErrorState,
  KeyValue,
  Page,
  Section,
  Skeleton,
  StateBadge,
  Tabs,
  TextField,
  TimeAgo,
  useUrlQuery,
} from '../../ui/index.ts';
import { ACTIVE, INACTIVE } from '../common/looks.ts';
import { commandWord } from '../common/command-word.ts';
import { saveFile } from '../../ui/grid/save-file.ts';
import { useBytes } from '../common/use-bytes.ts';
import { useParam } from '../common/use-param.ts';
import { counted } from '../common/words.ts';
import { TryPolicy } from './parts/try-policy.tsx';

export function Component() {
  const policyDigest = useParam('policyDigest');
  const query = useApi(POLICY_ROUTES.getPack, { params: { policyDigest } });
  const source = useBytes(POLICY_ROUTES.getPackSource, { params: { policyDigest } });
  const activate = useCommand(POLICY_ROUTES.activatePack);
  const whyNot = useWhyNot();
  const [isAsking, setAsking] = useState(false);
  const pack = query.data?.body;
  const text = useMemo(
    () => (source.data === undefined ? undefined : new TextDecoder().decode(source.data)),
    [source.data],
  );
  const sourceView =
    pack === undefined ? null : (
      <Section
        title="Source"
        sentence="As it was published; its digest is the digest of these bytes."
        actions={
          text === undefined ? undefined : (
            <Button
              icon="download"
              onPress={() => saveFile(`${pack.name}-${pack.version}.yaml`, 'application/yaml', source.data ?? '')}
            >
              Download YAML
            </Button>
          )
        }
      >
        {source.error === null ? null : <ErrorState error={source.error} retry={() => void source.refetch()} />}
        {text === undefined ? null : <Source text={text} />}
      </Section>
    );
  return (
    <Page
      title={pack === undefined ? 'Policy' : `${pack.name} ${pack.version}`}
      above={<AppLink to="/policies">Policies</AppLink>}
      badge={pack === undefined ? undefined : <StateBadge {...(pack.isActive ? ACTIVE : INACTIVE)} />}
      sentence={
        pack === undefined
          ? undefined
          : pack.isActive
            ? `Decisions that ask for ${pack.name} use this version.`
            : `Another version of ${pack.name} decides at present.`
      }
      actions={
        pack === undefined || pack.isActive ? undefined : (
          <Button kind="primary" icon="check" onPress={() => setAsking(true)} disabledReason={whyNot('policy.publish')}>
            Make it the active version
          </Button>
        )
      }
      command={
        pack === undefined ? 'stella policy list' : `stella policy show ${commandWord(`${pack.name}@${pack.version}`)}`
      }
      asOfMs={query.data?.asOfMs}
    >
      {query.error === null ? null : <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {pack === undefined && query.error === null ? <Skeleton lines={8} /> : null}
      {pack === undefined ? null : (
        <>
          <Section title="Facts">
            <KeyValue
              rows={[
                ['Digest', <DigestChip key="d" digest={pack.digest} what="digest of the policy" />],
                ['Rules', pack.rules],
                ['Published by', pack.publishedBy],
                ['Published', <TimeAgo key="t" at={pack.publishedAt} />],
              ]}
            />
          </Section>
          <Tabs
            label="Views of the policy"
            tabs={[
              { id: 'source', label: 'Source', content: sourceView },
              {
                id: 'try',
                label: 'Try on an image',
                content:
                  text === undefined ? (
                    source.error === null ? (
                      <Skeleton lines={6} />
                    ) : (
                      <ErrorState error={source.error} retry={() => void source.refetch()} />
                    )
                  ) : (
                    <TryTab key={pack.digest} published={text} />
                  ),
              },
            ]}
          />
          <ConfirmByName
            title={`Make ${pack.name} ${pack.version} the active version`}
            isOpen={isAsking}
            onClose={() => setAsking(false)}
            name={pack.name}
            nameOf="policy"
            verb="Make it the active version"
            isPending={activate.isPending}
            error={activate.error}
            onConfirm={() =>
              activate.mutate({ params: { policyDigest }, body: {} }, { onSuccess: () => setAsking(false) })
            }
          >
            <p>
              Every image is judged again by its {counted(pack.rules, 'rule')}, and open promotions with it. Digest{' '}
              <DigestChip digest={pack.digest} />.
            </p>
            <p className="quiet">
              The same by the command line: <code>stella policy publish {commandWord(`${pack.name}.yaml`)}</code> with
              these bytes.
            </p>
          </ConfirmByName>
        </>
      )}
    </Page>
  );
}

/** Lines with their numbers; comments are set back. */
function Source({ text }: { readonly text: string }) {
  return (
    <div className="policy-source" role="region" aria-label="Source of the policy" tabIndex={0}>
      <ol>
        {text
          .trimEnd()
          .split('\n')
          .map((line, at) => (
            <li key={at} className={/^\s*#/.test(line) ? 'comment' : undefined}>
              <code>{line === '' ? ' ' : line}</code>
            </li>
          ))}
      </ol>
    </div>
  );
}

/** The pack as it is, or with changes that are only tried, on one image. */
function TryTab({ published }: { readonly published: string }) {
  const { image } = useUrlQuery();
  const [text, setText] = useState(published);
  const hasImage = image !== undefined && /^sha256:[0-9a-f]{64}$/.test(image);
  return (
    <div className="stack">
      <Section
        title="Policy to try"
        sentence="Change it as you like: only what stands here is tried, and it is kept nowhere."
      >
        <div className="policy-paste">
          <TextField label="YAML" value={text} onChange={setText} isMultiline rows={14} isMono isRequired />
        </div>
      </Section>
      <Section title="Try on an image" sentence="By the advisories, VEX statements and exceptions of now.">
        <TryPolicy source={text} {...(hasImage ? { imageDigest: image } : {})} />
      </Section>
    </div>
  );
}
