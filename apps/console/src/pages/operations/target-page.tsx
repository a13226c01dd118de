import '../common/layout.css';
import { DEPLOYMENTS_ROUTES, type ObservedContainer, type Target } from '@stella-ops/contracts/deployments';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi, useCommand, useWhyNot } from '../../api/index.ts';
import {
  AppLink,
  Button,
  Columns,
  ConfirmByName,
  DigestChip,
  EmptyState,
  ErrorState,
  KeyValue,
  Page,
  Section,
  Skeleton,
  StateBadge,
  TARGET_STATES,
  TimeAgo,
} from '../../ui/index.ts';
import { PlainTable } from '../releases/parts/plain-table.tsx';
import { command, commandWord } from '../common/command-word.ts';
import { DRIFT_KINDS } from '../common/looks.ts';
import { useParam } from '../common/use-param.ts';
import { counted } from '../common/words.ts';
import { containerLook, imageDigestOf, targetSentence } from './target-words.ts';

export function Component() {
  const targetId = useParam('targetId');
  const remove = useCommand(DEPLOYMENTS_ROUTES.deleteTarget);
  // Once it is being taken out there is nothing to read again.
  const isEnabled = !remove.isPending && !remove.isSuccess;
  const query = useApi(DEPLOYMENTS_ROUTES.getTarget, { params: { targetId } }, { isEnabled });
  const whyNot = useWhyNot();
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  const target = query.data?.body;
  return (
    <Page
      title={target?.name ?? 'Target'}
      above={<AppLink to="/targets">Targets</AppLink>}
      badge={target === undefined ? undefined : <StateBadge {...TARGET_STATES[target.status]} />}
      sentence={target === undefined ? undefined : targetSentence(target)}
      actions={
        target === undefined ? undefined : (
          <Button icon="none" onPress={() => setAsking(true)} disabledReason={whyNot('environment.write')}>
            Remove target…
          </Button>
        )
      }
      command={command(`stella target show ${commandWord(target?.name ?? targetId)}`)}
      asOfMs={query.data?.asOfMs}
    >
      {query.error === null ? null : <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {target === undefined && query.error === null ? <Skeleton lines={8} /> : null}
      {target === undefined ? null : (
        <>
          <Columns>
            <Facts target={target} />
            <DriftSection target={target} />
          </Columns>
          <Containers target={target} />
          <ConfirmByName
            title={`Remove ${target.name}`}
            isOpen={isAsking}
            onClose={() => setAsking(false)}
            name={target.name}
            nameOf="target"
            verb="Remove target"
            isDanger
            isPending={remove.isPending || remove.isSuccess}
            error={remove.error}
            onConfirm={() =>
              remove.mutate({ params: { targetId } }, { onSuccess: () => void navigate({ to: '/targets' }) })
            }
          >
            <p>
              Nothing more is deployed to {target.name} in {target.environment}, and drift there is no longer seen. What
              runs there now goes on running: {counted(target.containers.length, 'container')}.
            </p>
          </ConfirmByName>
        </>
      )}
    </Page>
  );
}

function Facts({ target }: { readonly target: Target }) {
  return (
    <Section title="Facts">
      <KeyValue
        rows={[
          [
            'Environment',
            <AppLink key="e" to={`/environments/${target.environmentId}`}>
              {target.environment}
            </AppLink>,
          ],
          ['Kind', target.kind === 'docker' ? 'Docker Engine' : 'Script host'],
          [
            'Agent',
            <AppLink key="a" to={`/agents?agent=${target.agentId}`}>
              {target.agent}
            </AppLink>,
          ],
          ['Last seen', <TimeAgo key="l" at={target.lastSeenAt} />],
          ['Platform', target.platform ?? '–'],
          ['Engine', target.engineVersion ?? '–'],
          [
            'Release',
            target.releaseId === null ? (
              'None yet'
            ) : (
              <AppLink key="r" to={`/releases/${target.releaseId}`}>
                {target.release ?? 'release'}
              </AppLink>
            ),
          ],
          [
            'Last deployment',
            target.deploymentId === null ? (
              '–'
            ) : (
              <AppLink key="d" to={`/deployments/${target.deploymentId}`}>
                Open
              </AppLink>
            ),
          ],
          ['Looked at', <TimeAgo key="o" at={target.observedAt} />],
        ]}
      />
    </Section>
  );
}

function DriftSection({ target }: { readonly target: Target }) {
  return (
    <Section title="Drift" sentence="Where what runs differs from what should.">
      {target.drift.length === 0 ? (
        <p>
          {target.status === 'online'
            ? 'None: what runs is what the last deployment left.'
            : 'Not known: nobody has looked there lately.'}
        </p>
      ) : (
        <ul className="facts-list">
          {target.drift.map((drift) => (
            <li key={`${drift.kind} ${drift.service ?? ''} ${drift.sentence}`}>
              <span className="told">
                <StateBadge {...DRIFT_KINDS[drift.kind]} />
                <span>{drift.sentence}</span>
              </span>
              <span className="small row">
                <TimeAgo at={drift.since} prefix="since " />
                {drift.expected === null ? null : (
                  <span className="row">
                    expected <DigestChip digest={drift.expected} />
                  </span>
                )}
                {drift.observed === null ? null : (
                  <span>
                    found <code>{drift.observed}</code>
                  </span>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Containers({ target }: { readonly target: Target }) {
  if (target.kind === 'script') return null;
  return (
    <Section title="Containers" sentence="As the agent saw them last; only those with labels of ours.">
      {target.containers.length === 0 ? (
        <EmptyState
          title={target.status === 'online' ? 'No container of ours runs there' : 'What runs there is not known'}
          icon="box"
        >
          Deploy an approved promotion to {target.environment}.
        </EmptyState>
      ) : (
        <PlainTable<ObservedContainer>
          label={`Containers of ${target.name}`}
          keyOf={(one) => one.containerId}
          items={target.containers}
          columns={[
            { id: 'name', title: 'Name', isRowHeader: true, cell: (one) => one.name },
            { id: 'state', title: 'State', cell: (one) => <StateBadge {...containerLook(one, target.status)} /> },
            { id: 'image', title: 'Image', cell: (one) => <ImageOf digest={imageDigestOf(one, target)} /> },
            { id: 'since', title: 'Started', cell: (one) => <TimeAgo at={one.startedAt} /> },
          ]}
        />
      )}
    </Section>
  );
}

function ImageOf({ digest }: { readonly digest: string }) {
  return /^sha256:[0-9a-f]{64}$/.test(digest) ? (
    <DigestChip digest={digest} href={`/digests/${digest}`} />
  ) : (
    <code>{digest}</code>
  );
}
