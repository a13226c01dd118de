import { POLICY_ROUTES, type PolicyException } from '@stella-ops/contracts/policy';
import { useCommand } from '../../../api/index.ts';
import { absoluteTime, DigestChip } from '../../../ui/index.ts';
import { ReasonDialog } from '../../common/reason-dialog.tsx';

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
  return props.review === undefined ? null : <Open {...props} key={props.review} review={props.review} />;
}

function Open(props: { readonly review: Review; readonly exception: PolicyException; readonly onClose: () => void }) {
  const { review, exception, onClose } = props;
  const { title, route, effect } = REVIEWS[review];
  const command = useCommand(route);
  return (
    <ReasonDialog
      title={title}
      isOpen
      onClose={onClose}
      verb={title}
      isDanger={review !== 'approve'}
      isPending={command.isPending}
      error={command.error}
      onConfirm={(reason) =>
        command.mutate({ params: { exceptionId: exception.id }, body: { reason } }, { onSuccess: onClose })
      }
    >
      <p>
        <strong>{exception.vulnerability}</strong> in {exception.package ?? 'every package'},{' '}
        {exception.imageDigest === null ? 'in every image' : <DigestChip digest={exception.imageDigest} />}, until{' '}
        {absoluteTime(Date.parse(exception.expiresAt))}.
      </p>
      <p className="quiet">{effect}</p>
    </ReasonDialog>
  );
}
