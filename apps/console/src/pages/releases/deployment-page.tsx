import { DEPLOYMENTS_ROUTES, type Deployment } from '@stella-ops/contracts/deployments';
import { useApi, useWatch } from '../../api/index.ts';
import { AppLink, DEPLOYMENT_STATES, DigestChip, KeyValue, Loaded, Page } from '../../ui/index.ts';
import { Section, StateBadge, TimeAgo, useUrlText } from '../../ui/index.ts';
import { starterName } from './model/started-by.ts';
import { batchesOf, failuresOf, hasEnded } from './model/task-progress.ts';
import { DeploymentActions } from './parts/deployment-actions.tsx';
import { FailureList } from './parts/failure-list.tsx';
import { HostSteps } from './parts/host-steps.tsx';
import { HostTable } from './parts/host-table.tsx';
import { useParam } from '../common/use-param.ts';

/** One deployment: every host, every step, as it happens. */
export function Component() {
  const deploymentId = useParam('deploymentId');
  const input = { params: { deploymentId } };
  const seen = useApi(DEPLOYMENTS_ROUTES.getDeployment, input).data?.body;
  const isFollowed = seen === undefined || !hasEnded(seen);
  const query = useWatch(DEPLOYMENTS_ROUTES.getDeployment, DEPLOYMENTS_ROUTES.watchDeployment, input, isFollowed);
  const deployment = query.data?.body;
  return (
    <Page
      title={deployment === undefined ? 'Deployment' : titleOf(deployment)}
      above={<AppLink to="/deployments">Deployments</AppLink>}
      badge={deployment === undefined ? undefined : <StateBadge {...DEPLOYMENT_STATES[deployment.state]} />}
      sentence={deployment?.sentence}
      actions={deployment === undefined ? undefined : <DeploymentActions deployment={deployment} />}
      command={`stella deployment show ${deploymentId}`}
      asOfMs={query.data?.asOfMs}
    >
      <Loaded query={query} lines={8}>
        {({ body }) => <Content deployment={body} />}
      </Loaded>
    </Page>
  );
}

const titleOf = ({ kind, release, environment }: Deployment): string =>
  kind === 'rollback' ? `Roll back ${environment} to ${release}` : `${release} to ${environment}`;

function Content({ deployment }: { readonly deployment: Deployment }) {
  const [host] = useUrlText('host');
  const ordered = batchesOf(deployment).flatMap(({ tasks }) => tasks);
  // Without a choice: what failed, else what happens, else the first.
  const shown =
    ordered.find(({ target }) => target === host) ??
    ordered.find(({ state }) => state === 'failed') ??
    ordered.find(({ state }) => state === 'running') ??
    ordered[0];
  const failures = failuresOf(deployment);
  return (
    <>
      {failures.length === 0 ? null : <FailureList failures={failures} />}
      <Section title="Targets" sentence={strategySentence(deployment)}>
        <HostTable deployment={deployment} {...(shown === undefined ? {} : { chosenId: shown.id })} />
      </Section>
      {shown === undefined ? null : <HostSteps key={shown.id} task={shown} />}
      <Facts deployment={deployment} />
    </>
  );
}

function strategySentence({ strategy, tasks }: Deployment): string {
  const count = new Set(tasks.map(({ batch }) => batch)).size;
  if (strategy === 'all_at_once' || count < 2) return 'All targets at once.';
  return `Rolling in ${count} batches: the next begins when the one before it succeeded.`;
}

function Facts({ deployment }: { readonly deployment: Deployment }) {
  const { promotionId, previousReleaseId, packetId, finishedAt, reason } = deployment;
  return (
    <Section title="Facts">
      <KeyValue
        rows={[
          ['Release', <AppLink to={`/releases/${deployment.releaseId}`}>{deployment.release}</AppLink>],
          ['Environment', <AppLink to={`/environments/${deployment.environmentId}`}>{deployment.environment}</AppLink>],
          promotionId === null
            ? undefined
            : ['Promotion', <AppLink to={`/promotions/${promotionId}`}>What approved it</AppLink>],
          ['Started by', starterName(deployment.startedBy)],
          reason === '' ? undefined : ['Reason', reason],
          ['Began', <TimeAgo at={deployment.createdAt} />],
          finishedAt === null ? undefined : ['Ended', <TimeAgo at={finishedAt} />],
          ['Plan', <DigestChip digest={deployment.planDigest} what="digest of the plan" />],
          previousReleaseId === null
            ? undefined
            : ['Before it', <AppLink to={`/releases/${previousReleaseId}`}>The release to go back to</AppLink>],
          packetId === null ? undefined : ['Evidence', <AppLink to={`/evidence/${packetId}`}>Signed packet</AppLink>],
          deployment.bundleDigest === null
            ? undefined
            : ['Signed receipts', <DigestChip digest={deployment.bundleDigest} what="digest of the signed receipts" />],
        ]}
      />
    </Section>
  );
}
