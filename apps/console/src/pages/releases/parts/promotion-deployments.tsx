import { DEPLOYMENTS_ROUTES, type DeploymentSummary } from '@stella-ops/contracts/deployments';
import type { Promotion } from '@stella-ops/contracts/releases';
import { useApi } from '../../../api/index.ts';
import { AppLink, DEPLOYMENT_STATES, ErrorState, Loaded, Section, StateBadge, TimeAgo } from '../../../ui/index.ts';
import { isOpen } from '../model/promotion-over.ts';
import { HostTable } from './host-table.tsx';

/** What was deployed for a promotion: the newest deployment host by host, older ones by a line. */
export function PromotionDeployments({ promotion }: { readonly promotion: Promotion }) {
  const query = useApi(
    DEPLOYMENTS_ROUTES.listDeployments,
    { query: { promotionId: promotion.id, limit: 20 } },
    { isEnabled: !isOpen(promotion) },
  );
  const [newest, ...older] = query.data?.body.items ?? [];
  if (query.error !== null) return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  if (newest === undefined) return null;
  return (
    <Section
      title="Deployment"
      sentence={newest.sentence}
      actions={
        <>
          <StateBadge {...DEPLOYMENT_STATES[newest.state]} />
          <AppLink to={`/deployments/${newest.id}`} className="button">
            Open deployment
          </AppLink>
        </>
      }
    >
      <Hosts of={newest} />
      {older.length === 0 ? null : (
        <ul className="older-list">
          {older.map((one) => (
            <li key={one.id}>
              <AppLink to={`/deployments/${one.id}`}>{one.kind === 'rollback' ? 'Rollback' : 'Earlier try'}</AppLink>{' '}
              <TimeAgo at={one.createdAt} /> <StateBadge {...DEPLOYMENT_STATES[one.state]} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Hosts({ of: { id } }: { readonly of: DeploymentSummary }) {
  const query = useApi(DEPLOYMENTS_ROUTES.getDeployment, { params: { deploymentId: id } });
  return <Loaded query={query}>{({ body }) => <HostTable deployment={body} />}</Loaded>;
}
