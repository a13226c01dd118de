import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { useState } from 'react';
import { useCommand } from '../../../api/index.ts';
import { Button, ErrorState, KeyValue, Notice, TextField } from '../../../ui/index.ts';
import { command } from '../../common/command-word.ts';
import { FormDialog, type InsideDialog } from '../../common/form-dialog.tsx';
import { ImportForm } from '../../common/import-form.tsx';
import { counted } from '../../common/words.ts';
import { BrokenRecords } from '../parts/broken-records.tsx';

const MOST_BYTES = 1024 ** 3;

/** Imports OSV records, says what they changed, and makes the snapshot by which they count. */
export function ImportAdvisoriesDialog(props: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <FormDialog title="Import advisories" size="large" {...props}>
      {(inside) => <ImportAdvisories inside={inside} />}
    </FormDialog>
  );
}

function ImportAdvisories({ inside }: { readonly inside: InsideDialog }) {
  const [source, setSource] = useState('upload');
  const name = source.trim();
  const isWrong = name === '';
  return (
    <ImportForm
      route={CONCELIER_ROUTES.importAdvisories}
      inside={inside}
      verb="Import advisories"
      label="Choose OSV file"
      takes="OSV records as JSON, JSON lines or a zip archive"
      accept=".json,.jsonl,.ndjson,.zip"
      maxBytes={MOST_BYTES}
      contentType={({ name: file }) => mediaTypeOf(file)}
      input={() => ({ query: { source: name } })}
      isWrong={isWrong}
      command={(file) => command(`stella advisories import ${file}`, { source: name === 'upload' ? '' : name })}
      fields={
        <TextField
          label="Source"
          help="Where the records come from, as lists show it: osv, ghsa, the name of a supplier."
          value={source}
          onChange={inside.touched(setSource)}
          isRequired
          maxLength={100}
          error={isWrong ? 'Say where the records come from.' : undefined}
        />
      }
      result={({ body }, again) => <Result {...body} onAgain={again} onClose={inside.close} />}
    >
      <p className="quiet">
        Records are kept as they are received; a record that was changed since is kept beside the older one. They count
        for decisions from the next snapshot on.
      </p>
    </ImportForm>
  );
}

interface ResultProps {
  readonly imported: number;
  readonly unchanged: number;
  readonly broken: readonly { readonly place: string; readonly code: string; readonly message: string }[];
  readonly brokenCount: number;
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

function Result({ imported, unchanged, broken, brokenCount, onAgain, onClose }: ResultProps) {
  const create = useCommand(CONCELIER_ROUTES.createSnapshot);
  const made = create.data?.body;
  return (
    <>
      <Notice tone={brokenCount > 0 ? 'gate' : 'good'} icon={brokenCount > 0 ? 'alert' : 'check'}>
        <span role="status">
          {imported === 0
            ? 'Nothing new: every record of the file was known.'
            : `${counted(imported, 'record is', 'records are')} new or changed.`}
        </span>
      </Notice>
      <KeyValue
        rows={[
          ['New or changed', imported.toLocaleString('en-US')],
          ['Unchanged', unchanged.toLocaleString('en-US')],
          ['Left out as broken', brokenCount.toLocaleString('en-US')],
        ]}
      />
      <BrokenRecords broken={broken} count={brokenCount} />
      {create.error === null ? null : <ErrorState error={create.error} />}
      {made === undefined ? null : (
        <Notice tone="good" icon="freeze">
          <span role="status">
            The snapshot has {counted(made.records, 'record')}. Every image is judged again by it.
          </span>
        </Notice>
      )}
      {made === undefined && imported > 0 ? (
        <p className="quiet">
          Decisions do not know these records yet: make a snapshot, and every image is judged again.
        </p>
      ) : null}
      <div className="row">
        {made === undefined ? (
          <Button
            kind={imported > 0 ? 'primary' : 'plain'}
            icon="freeze"
            isPending={create.isPending}
            onPress={() => create.mutate({ body: {} })}
          >
            Make snapshot
          </Button>
        ) : null}
        <Button onPress={onAgain}>Import another file</Button>
        <Button onPress={onClose}>Close</Button>
      </div>
    </>
  );
}

function mediaTypeOf(file: string): string {
  const ending = file.toLowerCase();
  if (ending.endsWith('.zip')) return 'application/zip';
  return /\.(?:jsonl|ndjson)$/.test(ending) ? 'application/x-ndjson' : 'application/json';
}
