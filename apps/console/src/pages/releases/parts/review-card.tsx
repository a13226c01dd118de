import './review-card.css';
import type { Promotion } from '@stella-ops/contracts/releases';
import { AppLink, Button, gateSummary, Icon, promotionLook, StateBadge, TimeAgo } from '../../../ui/index.ts';
import type { Verdict } from '../dialogs/review-dialog.tsx';
import { ApprovalList } from './approval-list.tsx';
import { ChangePreview } from './change-preview.tsx';
import { useReviewConflict } from './promotion-actions.tsx';

interface ReviewCardProps {
  readonly promotion: Promotion;
  readonly onReview: (verdict: Verdict) => void;
}

/** Everything that a decision needs: what changes, what the gates say, who asked, until when. */
export function ReviewCard({ promotion, onReview }: ReviewCardProps) {
  const conflict = useReviewConflict(promotion);
  const isPending = promotion.state === 'pending_approval';
  return (
    <article className="review-card" aria-labelledby={`review-${promotion.id}`}>
      <header className="review-head">
        <h2 id={`review-${promotion.id}`}>
          <AppLink to={`/promotions/${promotion.id}`}>
            {promotion.release} to {promotion.environment}
          </AppLink>
        </h2>
        <StateBadge {...promotionLook(promotion)} />
        <span className="review-when">
          {promotion.requestedBy.name} asked <TimeAgo at={promotion.requestedAt} />
          {isPending ? (
            <>
              , expires <TimeAgo at={promotion.expiresAt} />
            </>
          ) : null}
        </span>
      </header>
      {promotion.reason === '' ? null : <p>“{promotion.reason}”</p>}
      {isPending ? (
        <>
          <p className="review-gates">{gateSummary(promotion.gates.filter(({ name }) => name !== 'approval'))}</p>
          <ChangePreview subject={promotion} />
        </>
      ) : (
        <p className="quiet">{promotion.sentence}</p>
      )}
      {promotion.approvals.length === 0 ? null : <ApprovalList approvals={promotion.approvals} />}
      {!isPending || conflict === null ? null : conflict === undefined ? (
        <div className="review-actions">
          <Button kind="primary" icon="approve" onPress={() => onReview('approve')}>
            Approve…
          </Button>
          <Button icon="reject" onPress={() => onReview('reject')}>
            Reject…
          </Button>
        </div>
      ) : (
        <p className="review-conflict">
          <Icon name="info" /> {conflict}
        </p>
      )}
    </article>
  );
}
