import { type Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useCommand } from '../../../api/index.ts';
import { ReasonDialog } from '../../common/reason-dialog.tsx';

export function CancelPromotionDialog(props: {
  readonly promotion: Promotion;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const { promotion } = props;
  const cancel = useCommand(RELEASES_ROUTES.cancelPromotion);
  const close = (): void => {
    cancel.reset();
    props.onClose();
  };
  return (
    <ReasonDialog
      title={`Cancel ${promotion.release} to ${promotion.environment}`}
      isOpen={props.isOpen}
      onClose={close}
      verb="Cancel promotion"
      keep="Keep it"
      isDanger
      isPending={cancel.isPending}
      error={cancel.error}
      onConfirm={(reason) =>
        cancel.mutate({ params: { promotionId: promotion.id }, body: { reason } }, { onSuccess: close })
      }
    >
      <p>
        The promotion ends here and nothing is deployed.
        {promotion.state === 'approved' ? ` ${promotion.environment} keeps what it had before the approval.` : null} The
        release itself stays, and can be promoted again.
      </p>
    </ReasonDialog>
  );
}
