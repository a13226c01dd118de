import '../common/layout.css';
import { POLICY_ROUTES, type PolicyException } from '@stella-ops/contracts/policy';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { useState } from 'react';
import { nowMs, useApi, useCommand, useMe, useWhyNot } from '../../api/index.ts';
import {
  AppLink,
  Button,
  Columns,
  DigestChip,
  ErrorState,
  EXCEPTION_STATES,
  KeyValue,
  Page,
  relativeTime,
  Section,
  Skeleton,
  StateBadge,
  TimeAgo,
} from '../../ui/index.ts';
import { scopeOfException } from '../common/looks.ts';
import { type Moment, Timeline } from '../common/timeline.tsx';
import { useParam } from '../common/use-param.ts';
import { type Review, ReviewExceptionDialog } from './dialogs/review-exception-dialog.tsx';

export function Component() {
  const exceptionId = useParam('exceptionId');
  const query = useApi(POLICY_ROUTES.getException, { params: { exceptionId } });
  const [review, setReview] = useState<Review>();
  const exception = query.data?.body;
  return (
    <Page
      title={exception === undefined ? 'Exception' : `Exception for ${exception.vulnerability}`}
      above={<AppLink to="/exceptions">Exceptions</AppLink>}
      badge={exception === undefined ? undefined : <StateBadge {...EXCEPTION_STATES[exception.state]} />}
      sentence={exception === undefined ? undefined : sentenceOf(exception)}
      actions={exception === undefined ? undefined : <Actions exception={exception} onReview={setReview} />}
      command={`stella exception show ${exceptionId}`}
      asOfMs={query.data?.asOfMs}
    >
      {query.error === null ? null : <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {exception === undefined && query.error === null ? <Skeleton lines={8} /> : null}
      {exception === undefined ? null : (
        <>
          <Columns>
            <Section title="What it permits">
              <KeyValue
                rows={[
                  [
                    'Vulnerability',
                    <AppLink key="v" to={`/findings?status=all&vulnerability=${exception.vulnerability}`}>
                      {exception.vulnerability}
                    </AppLink>,
                  ],
                  ['Package', exception.package === null ? 'Every package' : <code key="p">{exception.package}</code>],
                  [
                    'Image',
                    exception.imageDigest === null ? (
                      'Every image of the tenant'
                    ) : (
                      <ImageName key="i" digest={exception.imageDigest} />
                    ),
                  ],
                  ['Ends', <TimeAgo key="e" at={exception.expiresAt} />],
                ]}
              />
            </Section>
            <Section title="Reason">
              <p>{exception.reason}</p>
            </Section>
          </Columns>
          <Section title="What happened">
            <Timeline label="What happened to the exception" moments={momentsOf(exception)} />
          </Section>
          <ReviewExceptionDialog review={review} exception={exception} onClose={() => setReview(undefined)} />
        </>
      )}
    </Page>
  );
}

function Actions({
  exception,
  onReview,
}: {
  readonly exception: PolicyException;
  readonly onReview: (review: Review) => void;
}) {
  const me = useMe();
  const whyNot = useWhyNot();
  const submit = useCommand(POLICY_ROUTES.submitException);
  if (exception.state === 'draft') {
    return (
      <Button
        kind="primary"
        icon="person"
        isPending={submit.isPending}
        onPress={() => submit.mutate({ params: { exceptionId: exception.id }, body: {} })}
        disabledReason={whyNot('exception.write')}
      >
        Put up for review
      </Button>
    );
  }
  if (exception.state === 'approved') {
    return (
      <Button icon="undo" onPress={() => onReview('revoke')} disabledReason={whyNot('exception.approve')}>
        Revoke exception…
      </Button>
    );
  }
  if (exception.state !== 'pending_review') return null;
  // One sentence for both: two buttons with the same reason would say it twice.
  const reason =
    whyNot('exception.approve') ??
    (me?.id === exception.requestedBy.id ? 'You asked for this, so another person has to decide.' : undefined);
  if (reason !== undefined) {
    return (
      <Button kind="primary" icon="approve" disabledReason={reason}>
        Approve exception…
      </Button>
    );
  }
  return (
    <>
      <Button kind="primary" icon="approve" onPress={() => onReview('approve')}>
        Approve exception…
      </Button>
      <Button icon="reject" onPress={() => onReview('reject')}>
        Reject exception…
      </Button>
    </>
  );
}

function ImageName({ digest }: { readonly digest: string }) {
  const image = useApi(SCANNER_ROUTES.getImage, { params: { imageDigest: digest } }).data?.body;
  return (
    <span className="row">
      {image === undefined ? null : <AppLink to={`/images/${digest}`}>{image.name}</AppLink>}
      <DigestChip digest={digest} />
    </span>
  );
}

function sentenceOf(exception: PolicyException): string {
  const covers = scopeOfException(exception);
  const end = relativeTime(Date.parse(exception.expiresAt), nowMs());
  const decider = exception.decidedBy?.name ?? 'somebody';
  switch (exception.state) {
    case 'draft':
      return `A draft of ${exception.requestedBy.name} for ${covers}; nobody was asked yet.`;
    case 'pending_review':
      return `${exception.requestedBy.name} asks to permit it for ${covers}; anybody else who may approve exceptions can decide.`;
    case 'approved':
      return `${decider} approved it for ${covers}; it ends ${end}.`;
    case 'rejected':
      return `${decider} rejected it; nothing is permitted.`;
    case 'revoked':
      return `It was taken back; nothing is permitted any more.`;
    case 'expired':
      return `It ended ${end}; the vulnerability counts again.`;
  }
}

function momentsOf(exception: PolicyException): Moment[] {
  const moments: Moment[] = [
    {
      id: 'asked',
      at: exception.createdAt,
      title: `${exception.requestedBy.name} asked for it`,
    },
  ];
  if (exception.decidedAt !== null) {
    moments.push({
      id: 'decided',
      at: exception.decidedAt,
      title: `${exception.decidedBy?.name ?? 'Somebody'} ${exception.state === 'rejected' ? 'rejected' : exception.state === 'revoked' ? 'revoked' : 'approved'} it`,
      detail: exception.decisionReason ?? undefined,
    });
  }
  if (exception.state === 'expired') moments.push({ id: 'ended', at: exception.expiresAt, title: 'Its time was over' });
  return moments;
}
