import { EXCITITOR_ROUTES, type VexDocument, type VexSnapshot } from '@stella-ops/contracts/excititor';
import { useState } from 'react';
import { Button, DigestChip, KeyValue, Notice, sentenceOf, TextField } from '../../../ui/index.ts';
import { command } from '../../common/command-word.ts';
import { FormDialog, type InsideDialog } from '../../common/form-dialog.tsx';
import { ImportForm } from '../../common/import-form.tsx';
import { counted } from '../../common/words.ts';

/** Imports an OpenVEX document; the snapshot with it is made in the same step. */
export function ImportVexDialog(props: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <FormDialog title="Import VEX document" {...props}>
      {(inside) => <ImportVex inside={inside} />}
    </FormDialog>
  );
}

function ImportVex({ inside }: { readonly inside: InsideDialog }) {
  const [provider, setProvider] = useState('upload');
  const name = provider.trim();
  const isWrong = name === '';
  return (
    <ImportForm
      route={EXCITITOR_ROUTES.importVex}
      inside={inside}
      verb="Import document"
      label="Choose OpenVEX file"
      takes="OpenVEX 0.2.0 as JSON"
      accept=".json"
      maxBytes={EXCITITOR_ROUTES.importVex.maxBodyBytes}
      contentType={() => 'application/json'}
      input={() => ({ query: { provider: name } })}
      isWrong={isWrong}
      command={(file) => command(`stella vex import ${file}`, { provider: name === 'upload' ? '' : name })}
      fields={
        <TextField
          label="Provider"
          help="Who it comes from, as lists show it."
          value={provider}
          onChange={inside.touched(setProvider)}
          isRequired
          maxLength={100}
          error={isWrong ? 'Say who it comes from.' : undefined}
        />
      }
      result={({ body }, again) => <Result {...body} onAgain={again} onClose={inside.close} />}
    >
      <p className="quiet">
        What the document says counts at once: a snapshot with it is made, and every image is judged again.
      </p>
    </ImportForm>
  );
}

interface ResultProps {
  readonly document: VexDocument;
  readonly snapshot: VexSnapshot;
  readonly isNew: boolean;
  readonly warnings: readonly string[];
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

function Result({ document, snapshot, isNew, warnings, onAgain, onClose }: ResultProps) {
  return (
    <>
      <Notice tone="good" icon="check">
        <span role="status">
          {isNew
            ? `New: ${counted(document.statements, 'statement')}. Every image is judged again.`
            : 'Unchanged: this document was known already, and counts as before.'}
        </span>
      </Notice>
      <KeyValue
        rows={[
          ['Document', <code key="d">{document.documentId}</code>],
          ['Author', document.author ?? 'Not named'],
          ['Digest', <DigestChip key="c" digest={document.digest} what="digest of the document" />],
          ['Snapshot', <DigestChip key="s" digest={snapshot.digest} what="digest of the snapshot" />],
          ['Documents in it', snapshot.documents.toLocaleString('en-US')],
        ]}
      />
      {warnings.length === 0 ? null : (
        <Notice tone="gate" icon="alert">
          <p>It is taken, but:</p>
          <ul>
            {warnings.map((warning) => (
              <li key={warning}>{sentenceOf(warning)}</li>
            ))}
          </ul>
        </Notice>
      )}
      <div className="row">
        <Button onPress={onAgain}>Import another file</Button>
        <Button onPress={onClose}>Close</Button>
      </div>
    </>
  );
}
