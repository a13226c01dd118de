import { POLICY_ROUTES, type PolicyException } from '@stella-ops/contracts/policy';
import { useState } from 'react';
import { useCommand } from '../../../api/index.ts';
import { absoluteTime, Dialog, DigestChip, Form, TextField } from '../../../ui/index.ts';

export type Review = 'approve' | 'reject' | 'revoke';

const REVIEWS = {
  approve: {
    title: 'Approve exception',
    route: POLICY_ROUTES.approveException,
    effect: 'From now on, and until it ends, decisions let this vulnerability pass where the policy allows exceptions.',
  },
  reject: {
    title: 'Reject exception',
    route: POLICY_ROUTES.rejectException,
    effect: 'Nothing changes: the vulnerability goes on counting. What is needed later has to be asked for again.',
  },
  revoke: {
    title: 'Revoke exception',
    route: POLICY_ROUTES.revokeException,
    effect:
      'Images that it covers are judged again at once; promotions that need it are blocked. This cannot be undone.',
  },
} as const;

/** Decides on an exception, or takes an approved one back; says what that changes and asks why. */
export function ReviewExceptionDialog(props: {
  readonly review: Review | undefined;
  readonly exception: PolicyException;
  readonly onClose: () => void;
}) {
  const { review, exception, onClose } = props;
  const [isDirty, setDirty] = useState(false);
  const close = (): void => {
    setDirty(false);
    onClose();
  };
  return (
    <Dialog
      title={review === undefined ? '' : REVIEWS[review].title}
      isOpen={review !== undefined}
      onClose={close}
      isDirty={isDirty}
    >
      {review === undefined ? null : (
        <ReviewForm key={review} review={review} exception={exception} onClose={close} onDirty={() => setDirty(true)} />
      )}
    </Dialog>
  );
}

interface ReviewFormProps {
  readonly review: Review;
  readonly exception: PolicyException;
  readonly onClose: () => void;
  readonly onDirty: () => void;
}

function ReviewForm({ review, exception, onClose, onDirty }: ReviewFormProps) {
  const { title, route, effect } = REVIEWS[review];
  const [reason, setReason] = useState('');
  const [isTried, setTried] = useState(false);
  const command = useCommand(route);
  const fault = reason.trim() === '' ? 'Say why: it is kept with the evidence.' : undefined;
  return (
    <Form
      error={command.error}
      onSubmit={() => {
        setTried(true);
        if (fault !== undefined) return;
        command.mutate(
          { params: { exceptionId: exception.id }, body: { reason: reason.trim() } },
          { onSuccess: onClose },
        );
      }}
      verb={title}
      isPending={command.isPending}
      isDanger={review !== 'approve'}
      onCancel={onClose}
      cancel="Keep as it is"
    >
      <p>
        <strong>{exception.vulnerability}</strong> in {exception.package ?? 'every package'},{' '}
        {exception.imageDigest === null ? 'in every image' : <DigestChip digest={exception.imageDigest} />}, until{' '}
        {absoluteTime(Date.parse(exception.expiresAt))}.
      </p>
      <p className="quiet">{effect}</p>
      <TextField
        label="Reason"
        value={reason}
        onChange={(text) => {
          onDirty();
          setReason(text);
        }}
        isMultiline
        isRequired
        autoFocus
        maxLength={2000}
        error={isTried ? fault : undefined}
      />
    </Form>
  );
}
