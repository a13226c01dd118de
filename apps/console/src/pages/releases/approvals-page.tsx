import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { type Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useState } from 'react';
import { useApi } from '../../api/index.ts';
import { EmptyState, Loaded, Page, Tabs, useUrlText } from '../../ui/index.ts';
import { ReviewDialog, type Verdict } from './dialogs/review-dialog.tsx';
import { type Inbox, inboxOf } from './model/inbox.ts';
import { ReviewCard } from './parts/review-card.tsx';

const NOTHING: readonly Promotion[] = [];

/** What waits for the person who looks, what waits for others, and what was decided. */
export function Component() {
  const [environment] = useUrlText('environment');
  const who = useApi(AUTHORITY_ROUTES.whoami, {});
  const filter = environment === undefined ? {} : { environment };
  const mine = useApi(RELEASES_ROUTES.listPromotions, { query: { ...filter, isWaitingForMe: true, limit: 200 } });
  const pending = useApi(RELEASES_ROUTES.listPromotions, {
    query: { ...filter, state: 'pending_approval', limit: 200 },
  });
  const recent = useApi(RELEASES_ROUTES.listPromotions, { query: { ...filter, limit: 200 } });
  const mayApprove = who.data?.body.scopes.includes('promotion.approve') === true;
  // What is not this person's waits for others: neither is known without all three.
  const unknown = [who, mine, pending].find(({ data }) => data === undefined);
  const countOf = (promotions: readonly Promotion[]): string =>
    unknown === undefined ? ` (${promotions.length})` : '';
  const inbox = inboxOf(
    mayApprove ? (mine.data?.body.items ?? NOTHING) : NOTHING,
    pending.data?.body.items ?? NOTHING,
    recent.data?.body.items ?? NOTHING,
  );
  const [review, setReview] = useState<{ readonly promotion: Promotion; readonly verdict: Verdict } | null>(null);
  const open = (promotion: Promotion, verdict: Verdict): void => setReview({ promotion, verdict });
  return (
    <Page
      title="Approvals"
      sentence={unknown === undefined ? sentenceOf(inbox, mayApprove) : undefined}
      command="stella promotion list --waiting-for-me"
      asOfMs={mine.data?.asOfMs}
    >
      <Tabs
        label="Approvals"
        tabs={[
          {
            id: 'mine',
            label: `Needs me${countOf(inbox.needsMe)}`,
            content: (
              <Loaded<unknown> query={unknown ?? mine}>
                {() => (
                  <Cards promotions={inbox.needsMe} onReview={open}>
                    <EmptyState title="Nothing waits for you" icon="check">
                      {mayApprove
                        ? 'Requests of others appear here by themselves as soon as their gates are met.'
                        : 'Your roles do not include approving promotions (promotion.approve).'}
                    </EmptyState>
                  </Cards>
                )}
              </Loaded>
            ),
          },
          {
            id: 'others',
            label: `Waits for others${countOf(inbox.others)}`,
            content: (
              <Loaded<unknown> query={unknown ?? pending}>
                {() => (
                  <Cards promotions={inbox.others} onReview={open}>
                    <EmptyState title="Nothing waits for others" icon="check">
                      Requests that you made, or approved already, stand here until another person decides.
                    </EmptyState>
                  </Cards>
                )}
              </Loaded>
            ),
          },
          {
            id: 'done',
            label: 'Done',
            content: (
              <Loaded query={recent}>
                {() => (
                  <Cards promotions={inbox.done} onReview={open}>
                    <EmptyState title="Nothing was decided yet" icon="inbox">
                      Approved and rejected requests stand here, the latest first.
                    </EmptyState>
                  </Cards>
                )}
              </Loaded>
            ),
          },
        ]}
      />
      {review === null ? null : (
        <ReviewDialog promotion={review.promotion} verdict={review.verdict} onClose={() => setReview(null)} />
      )}
    </Page>
  );
}

function sentenceOf({ needsMe, others }: Inbox, mayApprove: boolean): string {
  const wait =
    others.length === 0
      ? 'Nothing waits for others.'
      : `${others.length} ${others.length === 1 ? 'waits' : 'wait'} for others.`;
  if (!mayApprove) return wait;
  const first = needsMe[0];
  if (first === undefined) return `Nothing waits for you. ${wait}`;
  const more = needsMe.length === 1 ? '' : `, first ${first.release} to ${first.environment}`;
  return `${needsMe.length === 1 ? `${first.release} to ${first.environment} waits` : `${needsMe.length} wait`} for you${more}. ${wait}`;
}

function Cards(props: {
  readonly promotions: readonly Promotion[];
  readonly onReview: (promotion: Promotion, verdict: Verdict) => void;
  /** When there are none. */
  readonly children: React.ReactNode;
}) {
  if (props.promotions.length === 0) return props.children;
  return (
    <ul className="review-cards">
      {props.promotions.map((promotion) => (
        <li key={promotion.id}>
          <ReviewCard promotion={promotion} onReview={(verdict) => props.onReview(promotion, verdict)} />
        </li>
      ))}
    </ul>
  );
}
