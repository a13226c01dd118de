import './file-drop.css';
import './layout.css';
import type { Sent } from '../../api/index.ts';
import { Button } from '../../ui/index.ts';
import { fileSize } from './words.ts';

/** How much of a file is sent, and that the server then works on it. */
export function UploadProgress({ sent, onStop }: { readonly sent: Sent; readonly onStop: () => void }) {
  const { sentBytes, totalBytes } = sent;
  const isSent = sentBytes >= totalBytes;
  return (
    <div className="upload">
      {isSent ? (
        <progress aria-label="The server reads the file" />
      ) : (
        <progress aria-label="Sent" value={sentBytes} max={totalBytes} />
      )}
      <div className="row">
        <span role="status">
          {isSent
            ? `All ${fileSize(totalBytes)} are sent; the server reads them.`
            : `${fileSize(sentBytes)} of ${fileSize(totalBytes)} sent.`}
        </span>
        <Button kind="quiet" onPress={onStop}>
          Stop
        </Button>
      </div>
    </div>
  );
}
