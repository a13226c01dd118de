import '../releases.css';
import { DEPLOYMENTS_ROUTES, type Deployment } from '@stella-ops/contracts/deployments';
import { useState } from 'react';
import { useCan, useCommand, useWhyNot } from '../../../api/index.ts';
import { Button, ErrorState } from '../../../ui/index.ts';
import { ReasonDialog } from '../../common/reason-dialog.tsx';
import { useDownload } from '../../common/use-bytes.ts';
import { RollBackDialog } from '../dialogs/roll-back-dialog.tsx';
import { canResume, hasEnded } from '../model/task-progress.ts';

const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** What can be done with a deployment now. */
export function DeploymentActions({ deployment }: { readonly deployment: Deployment }) {
  const can = useCan();
  const whyNot = useWhyNot()('promotion.write');
  const [open, setOpen] = useState<'cancel' | 'roll-back' | null>(null);
  const resume = useCommand(DEPLOYMENTS_ROUTES.resumeDeployment);
  const cancel = useCommand(DEPLOYMENTS_ROUTES.cancelDeployment);
  const params = { deploymentId: deployment.id };
  const download = useDownload(DEPLOYMENTS_ROUTES.getDeploymentBundle, BUNDLE_TYPE);
  const close = (): void => {
    cancel.reset();
    setOpen(null);
  };
  return (
    <>
      {canResume(deployment) ? (
        <Button
          kind="primary"
          icon="run"
          isPending={resume.isPending}
          disabledReason={whyNot}
          onPress={() => resume.mutate({ params, body: {} })}
        >
          Resume
        </Button>
      ) : null}
      {hasEnded(deployment) ? (
        <Button
          icon="undo"
          disabledReason={canResume(deployment) ? undefined : whyNot}
          onPress={() => setOpen('roll-back')}
        >
          Roll back…
        </Button>
      ) : (
        <Button icon="close" disabledReason={whyNot} onPress={() => setOpen('cancel')}>
          Cancel…
        </Button>
      )}
      {deployment.bundleDigest === null || !can('evidence.read') ? null : (
        <Button
          icon="download"
          isPending={download.isPending}
          onPress={() => download.mutate({ input: { params }, name: `${deployment.id}.sigstore.json` })}
        >
          Signed receipts
        </Button>
      )}
      {download.error === null ? null : <ErrorState error={download.error} />}
      {resume.error === null ? null : <ErrorState error={resume.error} />}
      <ReasonDialog
        title={`Cancel the deployment of ${deployment.release} to ${deployment.environment}`}
        isOpen={open === 'cancel'}
        onClose={close}
        verb="Cancel deployment"
        keep="Let it go on"
        isDanger
        isPending={cancel.isPending}
        error={cancel.error}
        onConfirm={(reason) => cancel.mutate({ params, body: { reason } }, { onSuccess: close })}
      >
        <p>
          No more targets are begun; those under way finish. Targets may then run different releases until you resume or
          roll back.
        </p>
      </ReasonDialog>
      <RollBackDialog
        environment={{ id: deployment.environmentId, name: deployment.environment }}
        isOpen={open === 'roll-back'}
        onClose={close}
      />
    </>
  );
}
