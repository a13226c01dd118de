import '../../common/layout.css';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { useState } from 'react';
import { useApi, useCommand } from '../../../api/index.ts';
import { AppLink, Button, Dialog, Form, Notice, StateBadge, TextField } from '../../../ui/index.ts';
import { SCAN_STATES } from '../../common/looks.ts';

/** Has an image of a registry scanned, and follows the scan. */
export function ScanImageDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <Dialog title="Scan image" isOpen={isOpen} onClose={onClose}>
      {isOpen ? <ScanForm onClose={onClose} /> : null}
    </Dialog>
  );
}

function ScanForm({ onClose }: { readonly onClose: () => void }) {
  const [source, setSource] = useState('');
  const [platform, setPlatform] = useState('');
  const [isTried, setTried] = useState(false);
  const scan = useCommand(SCANNER_ROUTES.createScan);
  const made = scan.data?.body;
  if (made !== undefined) return <ScanProgress scanId={made.id} source={made.source} onClose={onClose} />;
  const fault = source.trim() === '' ? 'Name an image, such as registry.example/shop/app:1.2.' : undefined;
  return (
    <Form
      error={scan.error}
      onSubmit={() => {
        setTried(true);
        if (fault !== undefined) return;
        scan.mutate({
          body: { source: source.trim(), ...(platform.trim() === '' ? {} : { platform: platform.trim() }) },
        });
      }}
      verb="Scan image"
      isPending={scan.isPending}
      onCancel={onClose}
    >
      <TextField
        label="Image"
        help="registry/repository:tag or registry/repository@sha256:…; a tag is resolved now, the digest is kept."
        value={source}
        onChange={setSource}
        isRequired
        isMono
        autoFocus
        maxLength={500}
        error={isTried ? fault : undefined}
      />
      <TextField
        label="Platform"
        help="Of an image with several; default linux/amd64."
        value={platform}
        onChange={setPlatform}
        isMono
        placeholder="linux/amd64"
        maxLength={60}
      />
    </Form>
  );
}

function ScanProgress(props: { readonly scanId: string; readonly source: string; readonly onClose: () => void }) {
  const scan = useApi(SCANNER_ROUTES.getScan, { params: { scanId: props.scanId } }).data?.body;
  return (
    <div className="stack">
      <p className="row" role="status">
        <code>{props.source}</code>
        {scan === undefined ? null : <StateBadge {...SCAN_STATES[scan.status]} />}
      </p>
      {scan?.error === undefined || scan.error === null ? null : (
        <Notice tone="failed" icon="alert">
          {scan.error.message}. {scan.error.hint}
        </Notice>
      )}
      {scan?.imageDigest === undefined || scan.imageDigest === null ? (
        <p className="quiet">
          This window can be closed: the scan goes on, and the list shows the image when it is done.
        </p>
      ) : (
        <AppLink to={`/images/${scan.imageDigest}`}>Open the image</AppLink>
      )}
      <div className="row">
        <Button onPress={props.onClose}>Close</Button>
      </div>
    </div>
  );
}
