import '../releases.css';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { type Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi, useCommand, useMe, useWhyNot } from '../../../api/index.ts';
import { Button, ErrorState } from '../../../ui/index.ts';
import { CancelPromotionDialog } from '../dialogs/cancel-promotion-dialog.tsx';
import { ReviewDialog, type Verdict } from '../dialogs/review-dialog.tsx';
import { isOpen } from '../model/promotion-over.ts';
import { reviewConflict } from '../model/review-conflict.ts';
import { useEnvironments } from './use-environments.ts';

/** What can be done with a promotion now, and why the rest cannot. */
export function PromotionActions({ promotion }: { readonly promotion: Promotion }) {
  if (isOpen(promotion)) return <OpenActions promotion={promotion} />;
  if (promotion.state === 'approved') return <DeployAction promotion={promotion} />;
  return null;
}

function OpenActions({ promotion }: { readonly promotion: Promotion }) {
  const whyNot = useWhyNot();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const evaluate = useCommand(RELEASES_ROUTES.evaluatePromotion);
  const conflict = useReviewConflict(promotion);
  if (conflict === null) return null;
  return (
    <>
      {promotion.state === 'pending_approval' ? (
        <>
          <Button kind="primary" icon="approve" onPress={() => setVerdict('approve')} disabledReason={conflict}>
            Approve…
          </Button>
          {conflict === undefined ? (
            <Button icon="reject" onPress={() => setVerdict('reject')}>
              Reject…
            </Button>
          ) : null}
        </>
      ) : (
        <Button
          kind="primary"
          icon="retry"
          isPending={evaluate.isPending}
          disabledReason={whyNot('promotion.write')}
          onPress={() => evaluate.mutate({ params: { promotionId: promotion.id }, body: {} })}
        >
          Look again now
        </Button>
      )}
      <CancelAction promotion={promotion} />
      {evaluate.error === null ? null : <ErrorState error={evaluate.error} />}
      <ReviewDialog promotion={promotion} verdict={verdict} onClose={() => setVerdict(null)} />
    </>
  );
}

/** As long as nothing of it is deployed. */
function CancelAction({ promotion }: { readonly promotion: Promotion }) {
  const whyNot = useWhyNot();
  const [isCancelling, setCancelling] = useState(false);
  if (whyNot('promotion.write') !== undefined) return null;
  return (
    <>
      <Button icon="close" onPress={() => setCancelling(true)}>
        Cancel…
      </Button>
      <CancelPromotionDialog promotion={promotion} isOpen={isCancelling} onClose={() => setCancelling(false)} />
    </>
  );
}

/** An approved promotion is deployed by itself where its environment has targets; this is for when it was not. */
function DeployAction({ promotion }: { readonly promotion: Promotion }) {
  const navigate = useNavigate();
  const whyNot = useWhyNot();
  const start = useCommand(DEPLOYMENTS_ROUTES.startDeployment);
  const { environment, environmentId } = promotion;
  const { environments } = useEnvironments();
  const current = environments.find(({ id }) => id === environmentId)?.current;
  const targets = useApi(DEPLOYMENTS_ROUTES.listTargets, { query: { environment, limit: 1 } });
  const isOvertaken = current !== undefined && current !== null && current.promotionId !== promotion.id;
  const reason = isOvertaken
    ? `${current.release} has taken its place in ${environment} since.`
    : targets.data?.body.items.length === 0
      ? `${environment} has no targets: what is approved is recorded, and deployed nowhere.`
      : whyNot('promotion.write');
  return (
    <>
      <Button
        kind="primary"
        icon="deploy"
        isPending={start.isPending || start.isSuccess}
        disabledReason={reason}
        onPress={() =>
          start.mutate(
            { params: { promotionId: promotion.id }, body: {} },
            { onSuccess: ({ body }) => void navigate({ to: `/deployments/${body.id}` }) },
          )
        }
      >
        Deploy
      </Button>
      <CancelAction promotion={promotion} />
      {start.error === null ? null : <ErrorState error={start.error} />}
    </>
  );
}

/** Why the person who looks cannot approve, or `undefined`; `null` as long as that is not known. */
export function useReviewConflict(promotion: Promotion): string | undefined | null {
  const me = useMe();
  const { query, environments } = useEnvironments();
  if (me === undefined || query.isLoading) return null;
  const environment = environments.find(({ id }) => id === promotion.environmentId);
  const reviewer = { id: me.id, name: me.name, mayApprove: me.scopes.includes('promotion.approve') };
  return reviewConflict(promotion, environment, reviewer) ?? undefined;
}
