import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useApi, useCan, useMe } from '../../api/index.ts';
import {
  AppLink,
  EmptyState,
  ErrorState,
  Loaded,
  promotionLook,
  Section,
  StateBadge,
  TimeAgo,
} from '../../ui/index.ts';

/** What waits for the person who looks. */
export function NeedsMe() {
  const can = useCan();
  const canAsk = useMe() === undefined || can('promotion.read');
  const canReview = can('exception.approve') && can('exception.read');
  const promotions = useApi(
    RELEASES_ROUTES.listPromotions,
    { query: { isWaitingForMe: true, limit: 20 } },
    { isEnabled: can('promotion.read') },
  );
  const exceptions = useApi(
    POLICY_ROUTES.listExceptions,
    { query: { state: 'pending_review', limit: 20 } },
    { isEnabled: canReview },
  );
  const waiting = promotions.data?.body.items ?? [];
  const asked = canReview ? (exceptions.data?.body.items ?? []) : [];
  const isNothing = waiting.length + asked.length === 0;
  if (!canAsk && !canReview) return null;
  return (
    <Section title="Needs me">
      <Loaded<unknown> query={exceptions.isLoading || !canAsk ? exceptions : promotions}>
        {() => (
          <>
            {canAsk && exceptions.error !== null ? (
              <ErrorState error={exceptions.error} retry={() => void exceptions.refetch()} />
            ) : null}
            {isNothing && exceptions.error !== null ? null : isNothing ? (
              <EmptyState title="Nothing waits for you" icon="check">
                Requests for your approval appear here by themselves.
              </EmptyState>
            ) : (
              <ul className="needs-me">
                {waiting.map((promotion) => (
                  <li key={promotion.id}>
                    <AppLink to={`/promotions/${promotion.id}`}>
                      {promotion.release} to {promotion.environment}
                    </AppLink>
                    <StateBadge {...promotionLook(promotion)} />
                    <span className="needs-facts">
                      {promotion.requestedBy.name} asked <TimeAgo at={promotion.requestedAt} />, ends{' '}
                      <TimeAgo at={promotion.expiresAt} />
                    </span>
                  </li>
                ))}
                {asked.map((exception) => (
                  <li key={exception.id}>
                    <AppLink to={`/exceptions/${exception.id}`}>Exception for {exception.vulnerability}</AppLink>
                    <StateBadge tone="human" word="Waits for review" />
                    <span className="needs-facts">
                      {exception.requestedBy.name} asked <TimeAgo at={exception.createdAt} />
                      {exception.package === null ? '' : `, ${exception.package}`}
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </>
        )}
      </Loaded>
    </Section>
  );
}
