import { type Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useCommand } from '../../../api/index.ts';
import { ConfirmByName, Dialog, Loaded } from '../../../ui/index.ts';
import { ChangePreview } from '../parts/change-preview.tsx';
import { useEnvironments } from '../parts/use-environments.ts';
import { ReasonDialog } from '../../common/reason-dialog.tsx';

export type Verdict = 'approve' | 'reject';

interface ReviewDialogProps {
  readonly promotion: Promotion;
  /** Null: closed. */
  readonly verdict: Verdict | null;
  readonly onClose: () => void;
}

/**
 * Approves or rejects a promotion, with the exact digests in sight. Approving for the last environment, which is
 * production, asks for its name.
 */
export function ReviewDialog({ promotion, verdict, onClose }: ReviewDialogProps) {
  const approve = useCommand(RELEASES_ROUTES.approvePromotion);
  const reject = useCommand(RELEASES_ROUTES.rejectPromotion);
  const { query, isLast } = useEnvironments();
  const { release, environment } = promotion;
  const command = verdict === 'reject' ? reject : approve;
  const close = (): void => {
    approve.reset();
    reject.reset();
    onClose();
  };
  const confirm = (reason: string): void => {
    command.mutate({ params: { promotionId: promotion.id }, body: { reason } }, { onSuccess: close });
  };
  const shared = { onClose: close, isPending: command.isPending, error: command.error, onConfirm: confirm };
  const isByName = isLast(promotion.environmentId);
  // Which environment is the last has to be known first: without its name nothing is approved for it.
  if (verdict === 'approve' && query.data === undefined) {
    return (
      <Dialog title={`Approve ${release} for ${environment}`} isOpen onClose={close} size="large">
        <Loaded query={query}>{() => null}</Loaded>
      </Dialog>
    );
  }
  return (
    <>
      <ConfirmByName
        {...shared}
        title={`Approve ${release} for ${environment}`}
        isOpen={verdict === 'approve' && isByName}
        name={environment}
        nameOf="environment"
        verb="Approve request"
        reason="required"
      >
        <Subject promotion={promotion} />
      </ConfirmByName>
      <ReasonDialog
        {...shared}
        title={`Approve ${release} for ${environment}`}
        isOpen={verdict === 'approve' && !isByName}
        verb="Approve request"
        keep="Cancel"
        size="large"
        help="What you checked. It is signed into the evidence."
      >
        <Subject promotion={promotion} />
      </ReasonDialog>
      <ReasonDialog
        {...shared}
        title={`Reject ${release} for ${environment}`}
        isOpen={verdict === 'reject'}
        verb="Reject request"
        isDanger
        keep="Cancel"
        size="large"
        help="What must change. Rejecting ends this promotion; it can be requested again."
      >
        <Subject promotion={promotion} />
      </ReasonDialog>
    </>
  );
}

function Subject({ promotion }: { readonly promotion: Promotion }) {
  const { requestedBy, reason } = promotion;
  return (
    <>
      <p>
        Requested by <strong>{requestedBy.name}</strong>
        {reason === '' ? '.' : `: ${reason}`}
      </p>
      <ChangePreview subject={promotion} isLinked={false} />
      <p className="quiet">
        The approval counts for exactly these digests and the policy that judged them. It is void when either changes.
      </p>
    </>
  );
}
