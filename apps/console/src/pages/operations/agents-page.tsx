import '../common/layout.css';
import { type Agent, DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { useState } from 'react';
import { nowMs, useApi, useCommand, usePages, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import {
  Button,
  ConfirmByName,
  Drawer,
  EmptyState,
  KeyValue,
  Loaded,
  Page,
  StateBadge,
  TimeAgo,
  useUrlQuery,
  useUrlText,
} from '../../ui/index.ts';
import { stateColumn, textColumn, timeColumn } from '../common/columns.tsx';
import { command, commandWord } from '../common/command-word.ts';
import { AGENT_STATES } from '../common/looks.ts';
import { counted, listed } from '../common/words.ts';
import { EnrolAgentDialog } from './dialogs/enrol-agent-dialog.tsx';
import { certificateLook } from './target-words.ts';

const COLUMNS: readonly Column<Agent>[] = [
  {
    id: 'name',
    header: 'Agent',
    isName: true,
    width: 'minmax(140px, 1.2fr)',
    cell: ({ name }) => <strong>{name}</strong>,
    text: ({ name }) => name,
  },
  stateColumn('status', 'State', AGENT_STATES, ({ status }) => status, { width: '150px' }),
  timeColumn('seen', 'Last seen', ({ lastSeenAt }) => lastSeenAt),
  {
    id: 'targets',
    header: 'Targets',
    width: 'minmax(140px, 1.4fr)',
    cell: ({ targets }) => (targets.length === 0 ? <span className="quiet">none</span> : targets.join(', ')),
    text: ({ targets }) => targets.join(' '),
  },
  {
    id: 'certificate',
    header: 'Certificate ends',
    width: 'minmax(190px, 1fr)',
    cell: (agent) => <Certificate agent={agent} />,
    text: ({ certificateExpiresAt }) => certificateExpiresAt,
  },
  textColumn('version', 'Version', ({ softwareVersion }) => softwareVersion, { width: '100px' }),
  textColumn('platform', 'Platform', ({ platform }) => platform, { width: '120px' }),
  timeColumn('enrolled', 'Enrolled', ({ enrolledAt }) => enrolledAt, { isExtra: true }),
];

function Certificate({ agent }: { readonly agent: Agent }) {
  const look = agent.status === 'revoked' ? undefined : certificateLook(agent.certificateExpiresAt, nowMs());
  return (
    <span className="row">
      <TimeAgo at={agent.certificateExpiresAt} />
      {look === undefined ? null : <StateBadge {...look} />}
    </span>
  );
}

export function Component() {
  const query = useUrlQuery();
  const whyNot = useWhyNot();
  const [agentId, openAgent] = useUrlText('agent', true);
  const [isEnrolling, setEnrolling] = useState(false);
  const pages = usePages(DEPLOYMENTS_ROUTES.listAgents, { query: {} });
  return (
    <Page
      title="Agents"
      sentence={pages.isPending ? ' ' : sentenceOf(pages.items)}
      actions={
        <Button
          kind="primary"
          icon="agent"
          onPress={() => setEnrolling(true)}
          disabledReason={whyNot('environment.write')}
        >
          Enrol agent…
        </Button>
      }
      command="stella agent list"
      asOfMs={pages.asOfMs}
    >
      <DataGrid
        name="agents"
        label="Agents"
        columns={COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        rowHref={({ id }) => `/agents?${new URLSearchParams({ ...query, agent: id }).toString()}`}
        selectedId={agentId}
        empty={
          <EmptyState title="No agent has enrolled yet" icon="agent" command="stella agent enrol NAME">
            An agent runs beside the Docker Engine or on the script host that it deploys to, and dials out to this
            server.
          </EmptyState>
        }
      />
      <AgentDrawer agentId={agentId} onClose={() => openAgent(undefined)} />
      <EnrolAgentDialog isOpen={isEnrolling} onClose={() => setEnrolling(false)} />
    </Page>
  );
}

function sentenceOf(agents: readonly Agent[]): string {
  const known = agents.filter(({ status }) => status !== 'revoked');
  if (known.length === 0) return 'No agent works for this tenant yet.';
  const online = known.filter(({ status }) => status === 'online').length;
  return online === known.length
    ? `${counted(known.length, 'agent')}, all online.`
    : `${online} of ${counted(known.length, 'agent')} online; the others were not heard of lately.`;
}

function AgentDrawer({ agentId, onClose }: { readonly agentId: string | undefined; readonly onClose: () => void }) {
  const query = useApi(
    DEPLOYMENTS_ROUTES.getAgent,
    { params: { agentId: agentId ?? '' } },
    { isEnabled: agentId !== undefined },
  );
  return (
    <Drawer title={query.data?.body.name ?? 'Agent'} isOpen={agentId !== undefined} onClose={onClose}>
      <Loaded query={query} lines={6}>
        {({ body }) => <AgentView agent={body} />}
      </Loaded>
    </Drawer>
  );
}

function AgentView({ agent }: { readonly agent: Agent }) {
  const whyNot = useWhyNot();
  const [isAsking, setAsking] = useState(false);
  const revoke = useCommand(DEPLOYMENTS_ROUTES.revokeAgent);
  return (
    <div className="stack">
      <div className="told">
        <StateBadge {...AGENT_STATES[agent.status]} />
        <span>{agentSentence(agent)}</span>
      </div>
      <KeyValue
        rows={[
          ['Last seen', <TimeAgo key="l" at={agent.lastSeenAt} />],
          ['Certificate ends', <Certificate key="c" agent={agent} />],
          ['Certificate serial', <code key="s">{agent.certificateSerial}</code>],
          ['Version', agent.softwareVersion],
          ['Platform', agent.platform ?? '–'],
          ['Enrolled', <TimeAgo key="e" at={agent.enrolledAt} />],
          ['Targets', agent.targets.length === 0 ? 'None' : listed(agent.targets)],
          ['Command', <code key="x">{command(`stella agent show ${commandWord(agent.name)}`)}</code>],
        ]}
      />
      {agent.status === 'revoked' ? null : (
        <div className="row">
          <Button icon="lock" onPress={() => setAsking(true)} disabledReason={whyNot('environment.write')}>
            Revoke agent…
          </Button>
        </div>
      )}
      <ConfirmByName
        title={`Revoke ${agent.name}`}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        name={agent.name}
        nameOf="agent"
        verb="Revoke agent"
        isDanger
        isPending={revoke.isPending}
        error={revoke.error}
        onConfirm={() => revoke.mutate({ params: { agentId: agent.id } }, { onSuccess: () => setAsking(false) })}
      >
        <p>
          Its certificate ends at once and cannot come back:{' '}
          {agent.targets.length === 0
            ? 'no target is'
            : `${listed(agent.targets)} ${agent.targets.length === 1 ? 'is' : 'are'}`}{' '}
          reached by it. What runs goes on running; nothing more is deployed there until another agent takes over.
        </p>
      </ConfirmByName>
    </div>
  );
}

function agentSentence(agent: Agent): string {
  const targets = agent.targets.length === 0 ? 'no target yet' : counted(agent.targets.length, 'target');
  switch (agent.status) {
    case 'online':
      return `Works for ${targets}.`;
    case 'stale':
      return `Was not heard of lately; what runs on its ${targets} is not known.`;
    case 'never_seen':
      return 'Has enrolled and was not heard of since: start it on its host.';
    case 'revoked':
      return 'Its identity was taken back.';
  }
}
