import { type Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useApi, useWatch } from '../../api/index.ts';
import { AppLink, Columns, DigestChip, KeyValue, Loaded, Page, promotionLook } from '../../ui/index.ts';
import { Section, StateBadge, TimeAgo, WhyBlocked } from '../../ui/index.ts';
import { isOpen } from './model/promotion-over.ts';
import { promotionReference } from './model/references.ts';
import { ApprovalList } from './parts/approval-list.tsx';
import { ChangePreview } from './parts/change-preview.tsx';
import { PromotionActions } from './parts/promotion-actions.tsx';
import { PromotionDeployments } from './parts/promotion-deployments.tsx';
import { ReleaseDigests } from './parts/release-digests.tsx';
import { PromotionRisk } from './parts/risk-section.tsx';
import { useParam } from '../common/use-param.ts';

/** One promotion: why it is where it is, who can move it on, and what came of it. Follows it while it changes. */
export function Component() {
  const promotionId = useParam('promotionId');
  const input = { params: { promotionId } };
  const seen = useApi(RELEASES_ROUTES.getPromotion, input).data?.body;
  const isFollowed = seen === undefined || isOpen(seen) || seen.state === 'deploying';
  const query = useWatch(RELEASES_ROUTES.getPromotion, RELEASES_ROUTES.watchPromotion, input, isFollowed);
  const promotion = query.data?.body;
  return (
    <Page
      title={promotion === undefined ? 'Promotion' : `${promotion.release} to ${promotion.environment}`}
      above={<AppLink to="/promotions">Promotions</AppLink>}
      badge={promotion === undefined ? undefined : <StateBadge {...promotionLook(promotion)} />}
      sentence={promotion?.sentence}
      actions={promotion === undefined ? undefined : <PromotionActions promotion={promotion} />}
      command={
        promotion === undefined
          ? undefined
          : `stella promotion ${isOpen(promotion) ? 'why' : 'show'} ${promotionReference(promotion)}`
      }
      asOfMs={query.data?.asOfMs}
    >
      <Loaded query={query} lines={8}>
        {({ body }) => <Content promotion={body} />}
      </Loaded>
    </Page>
  );
}

function Content({ promotion }: { readonly promotion: Promotion }) {
  return (
    <>
      <Facts promotion={promotion} />
      <PromotionDeployments promotion={promotion} />
      <Columns>
        <Section title={isOpen(promotion) ? 'Why it waits' : 'Conditions'}>
          <WhyBlocked gates={promotion.gates} />
        </Section>
        <div className="stack">
          {isOpen(promotion) ? (
            <Section title="What would change">
              <ChangePreview subject={promotion} />
            </Section>
          ) : (
            <Section title="Digests">
              <ReleaseDigests releaseId={promotion.releaseId} />
            </Section>
          )}
          {promotion.requiredApprovals === 0 && promotion.approvals.length === 0 ? null : (
            <Section title="Approvals" sentence={approvalsSentence(promotion)}>
              <ApprovalList approvals={promotion.approvals} />
            </Section>
          )}
        </div>
      </Columns>
      {isOpen(promotion) ? <PromotionRisk promotion={promotion} /> : null}
    </>
  );
}

function Facts({ promotion }: { readonly promotion: Promotion }) {
  const { release, releaseId, environment, environmentId, requestedBy, reason, packetId } = promotion;
  const policyDigest = promotion.approvals.find(({ isValid }) => isValid)?.policyDigest ?? null;
  return (
    <Section title="Request">
      <KeyValue
        rows={[
          ['Release', <AppLink to={`/releases/${releaseId}`}>{release}</AppLink>],
          ['Environment', <AppLink to={`/environments/${environmentId}`}>{environment}</AppLink>],
          ['Requested by', requestedBy.name],
          ['Requested', <TimeAgo at={promotion.requestedAt} />],
          reason === '' ? undefined : ['Reason', reason],
          isOpen(promotion)
            ? ['Expires', <TimeAgo at={promotion.expiresAt} />]
            : ['Decided', <TimeAgo at={promotion.decidedAt} />],
          packetId === null ? undefined : ['Evidence', <AppLink to={`/evidence/${packetId}`}>Signed packet</AppLink>],
          policyDigest === null
            ? undefined
            : ['Judged by policy', <DigestChip digest={policyDigest} what="digest of the policy" />],
        ]}
      />
    </Section>
  );
}

function approvalsSentence({ approvals, requiredApprovals }: Promotion): string {
  if (requiredApprovals === 0) return 'This environment asks for no approval.';
  const given = approvals.filter(({ verdict, isValid }) => verdict === 'approved' && isValid).length;
  return `${given} of ${requiredApprovals} given.`;
}
