import '../../common/layout.css';
import { type AuditExport, EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { useState } from 'react';
import { useCommand, usePages } from '../../../api/index.ts';
import { Button, DigestChip, ErrorState, Form, IconButton, KeyValue, TextField, TimeAgo } from '../../../ui/index.ts';
import { CommandBlock } from '../../common/command-block.tsx';
import { FormDialog, type InsideDialog } from '../../common/form-dialog.tsx';
import { useDownload } from '../../common/use-bytes.ts';

const TYPE = 'application/vnd.stella.audit.v1.tar+zstd';
const fileOf = ({ first, last }: AuditExport): string => `audit-${first}-${last}.audit.tar.zst`;

/** Has a part of the audit trail signed, and offers it as a file that verifies without the server. */
export function ExportAuditDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <FormDialog title="Export audit trail" isOpen={isOpen} onClose={onClose} size="large">
      {(inside) => <ExportForm {...inside} />}
    </FormDialog>
  );
}

function ExportForm({ close, touched }: InsideDialog) {
  const [first, setFirst] = useState('');
  const [last, setLast] = useState('');
  const [isTried, setTried] = useState(false);
  const make = useCommand(EVIDENCE_ROUTES.exportAudit);
  const made = make.data?.body;
  if (made !== undefined) return <Made made={made} onClose={close} />;
  const faults = { first: faultOf(first), last: faultOf(last) };
  return (
    <div className="stack">
      <Form
        error={make.error}
        onSubmit={() => {
          setTried(true);
          if (faults.first === undefined && faults.last === undefined)
            make.mutate({ body: { ...numberOf('first', first), ...numberOf('last', last) } });
        }}
        verb="Sign and export"
        isPending={make.isPending}
        onCancel={close}
      >
        <p className="quiet">
          The entries with the hash before and after them, signed and logged: whoever has the file and the trusted root
          sees that nothing is missing, changed or added.
        </p>
        <TextField
          label="First entry"
          help="Its number. Left empty: the beginning of the trail."
          value={first}
          onChange={touched(setFirst)}
          isMono
          autoFocus
          maxLength={15}
          error={isTried ? faults.first : undefined}
        />
        <TextField
          label="Last entry"
          help="Its number. Left empty: the end that the trail has now."
          value={last}
          onChange={touched(setLast)}
          isMono
          maxLength={15}
          error={isTried ? faults.last : undefined}
        />
      </Form>
      <Earlier />
    </div>
  );
}

const faultOf = (text: string): string | undefined =>
  /^(?:[1-9]\d{0,14})?$/.test(text.trim()) ? undefined : 'Give the number of an entry, such as 1.';

const numberOf = (name: 'first' | 'last', text: string): { readonly first?: number; readonly last?: number } =>
  text.trim() === '' ? {} : { [name]: Number(text) };

function Made({ made, onClose }: { readonly made: AuditExport; readonly onClose: () => void }) {
  const download = useDownload(EVIDENCE_ROUTES.getAuditPackage, TYPE);
  return (
    <div className="stack">
      {download.error === null ? null : <ErrorState error={download.error} />}
      <p role="status">
        Entries {made.first} to {made.last} are signed, as entry {made.logIndex} of the log.
      </p>
      <KeyValue
        rows={[
          ['Hash before', <DigestChip key="b" digest={made.before} what="hash before the first entry" />],
          ['Hash after', <DigestChip key="a" digest={made.after} what="hash of the last entry" />],
          ['Exported', <Exported key="e" made={made} />],
        ]}
      />
      <CommandBlock
        title="Verify it without the server"
        text={[
          'stella trust get --output stella.trusted-root.json',
          `stella audit verify --file ${fileOf(made)} --trusted-root stella.trusted-root.json`,
        ].join('\n')}
      >
        Get the trusted root once, by a way that you trust, and keep it: who doubts this server should not take it from
        there.
      </CommandBlock>
      <div className="row">
        <Button
          kind="primary"
          icon="download"
          isPending={download.isPending}
          onPress={() => download.mutate({ input: { params: { exportId: made.id } }, name: fileOf(made) })}
        >
          Download package
        </Button>
        <Button onPress={onClose}>Close</Button>
      </div>
    </div>
  );
}

const Exported = ({ made }: { readonly made: AuditExport }) => (
  <span>
    <TimeAgo at={made.exportedAt} /> by {made.exportedBy.name}
  </span>
);

/** What was exported before, to be had again. */
function Earlier() {
  const exports = usePages(EVIDENCE_ROUTES.listAuditExports, { query: {} });
  const download = useDownload(EVIDENCE_ROUTES.getAuditPackage, TYPE);
  if (exports.items.length === 0) return null;
  return (
    <section className="stack" aria-label="Earlier exports">
      <h3>Earlier exports</h3>
      {download.error === null ? null : <ErrorState error={download.error} />}
      <ul className="stack">
        {exports.items.map((made) => (
          <li key={made.id} className="row">
            <IconButton
              icon="download"
              label={`Download entries ${made.first} to ${made.last}`}
              onPress={() => download.mutate({ input: { params: { exportId: made.id } }, name: fileOf(made) })}
            />
            <span>
              Entries {made.first} to {made.last}
            </span>
            <Exported made={made} />
          </li>
        ))}
      </ul>
      {exports.hasMore ? (
        <Button isPending={exports.isLoadingMore} onPress={exports.loadMore}>
          Show more
        </Button>
      ) : null}
    </section>
  );
}
