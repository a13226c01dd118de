import { session } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

/** What is on the screen stays readable below; nothing more comes until somebody signs in. */
export function SessionEnded() {
  return (
    <Dialog title="Your session has ended" isOpen onClose={() => undefined} size="small" isDirty>
      <p>What you see may be old. Sign in again to go on where you are.</p>
      <div className="form-actions">
        <Button kind="primary" onPress={() => void session.signInAgain()}>
          Sign in again
        </Button>
      </div>
    </Dialog>
  );
}
