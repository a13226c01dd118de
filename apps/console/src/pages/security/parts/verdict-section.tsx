import '../../common/layout.css';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { useState } from 'react';
import { useApi } from '../../../api/index.ts';
import { type Column, DataGrid } from '../../../ui/grid/index.ts';
import {
  AppLink,
  Button,
  CopyCommand,
  Drawer,
  KeyValue,
  Loaded,
  Notice,
  Section,
  StateBadge,
  useUrlText,
} from '../../../ui/index.ts';
import { numberColumn, stateColumn, textColumn } from '../../common/columns.tsx';
import { ChoiceFilter, TextFilter, useChoice } from '../../common/filters.tsx';
import { localPages } from '../../common/local-pages.ts';
import { ACTIONS, choices } from '../../common/looks.ts';
import { NoMatch } from '../../common/no-match.tsx';
import { type VerdictRow, verdictRows } from '../verdict.ts';

const COLUMNS: readonly Column<VerdictRow>[] = [
  numberColumn('number', 'Line', ({ number }) => number, { width: '70px' }),
  {
    id: 'target',
    header: 'Finding or fact',
    isName: true,
    width: 'minmax(240px, 2fr)',
    cell: ({ target }) => <span title={target}>{target}</span>,
    text: ({ target }) => target,
  },
  {
    id: 'rule',
    header: 'Rule',
    width: 'minmax(130px, 0.8fr)',
    cell: ({ rule }) => <code>{rule}</code>,
    text: ({ rule }) => rule,
  },
  stateColumn('action', 'Action', ACTIONS, ({ action }) => action, { width: '140px' }),
  textColumn('why', 'Why', ({ why }) => why, { width: 'minmax(240px, 2.4fr)' }),
];

/** The whole verdict: every line of its trace, fetched when somebody wants to see it. */
export function VerdictSection({
  decisionId,
  imageDigest,
}: {
  readonly decisionId: string;
  readonly imageDigest: string;
}) {
  const [line, openLine] = useUrlText('line', true);
  const [isAsked, setAsked] = useState(line !== undefined);
  const query = useApi(POLICY_ROUTES.getVerdict, { params: { decisionId } }, { isEnabled: isAsked });
  return (
    <Section
      title="Whole verdict"
      sentence="Every line of the trace: what was looked at, which rule spoke, what it did, and why."
      actions={
        <Button
          icon={isAsked ? 'none' : 'plus'}
          isExpanded={isAsked}
          onPress={() => {
            if (isAsked) openLine(undefined);
            setAsked(!isAsked);
          }}
        >
          {isAsked ? 'Hide the verdict' : 'Show the verdict'}
        </Button>
      }
    >
      <div className="stack">
        <CopyCommand command={`stella decision verdict ${decisionId}`} />
        {isAsked ? (
          <Loaded query={query} lines={8}>
            {({ body }) => (
              <Trace
                rows={verdictRows(body)}
                line={line}
                onClose={() => openLine(undefined)}
                decisionId={decisionId}
                imageDigest={imageDigest}
              />
            )}
          </Loaded>
        ) : null}
      </div>
    </Section>
  );
}

interface TraceProps {
  readonly rows: readonly VerdictRow[] | undefined;
  readonly line: string | undefined;
  readonly onClose: () => void;
  readonly decisionId: string;
  readonly imageDigest: string;
}

function Trace({ rows, line, onClose, decisionId, imageDigest }: TraceProps) {
  const action = useChoice('action', ['allow', 'warn', 'deny', 'pending'] as const);
  const [text = ''] = useUrlText('about');
  if (rows === undefined) {
    return (
      <Notice tone="gate" icon="question">
        This verdict is of a form that this console does not read; the command shows it.
      </Notice>
    );
  }
  const wanted = text.toLowerCase();
  const shown = rows.filter(
    (row) =>
      (action === undefined || row.action === action) &&
      (wanted === '' || [row.target, row.rule, row.why].some((part) => part.toLowerCase().includes(wanted))),
  );
  const open = rows.find(({ number }) => String(number) === line);
  return (
    <>
      <DataGrid
        name="verdict"
        label="Lines of the verdict"
        columns={COLUMNS}
        pages={localPages(shown)}
        rowId={({ number }) => String(number)}
        rowHref={({ number }) =>
          `/decisions/${decisionId}?${new URLSearchParams({
            ...(action === undefined ? {} : { action }),
            ...(text === '' ? {} : { about: text }),
            line: String(number),
          }).toString()}`
        }
        selectedId={line}
        maxHeight="60vh"
        filters={
          <>
            <ChoiceFilter name="action" label="Action" options={choices(ACTIONS)} />
            <TextFilter name="about" label="About" placeholder="part of a line" />
          </>
        }
        empty={
          rows.length === 0 ? (
            <p>The trace is empty: there was nothing for a rule to speak of.</p>
          ) : (
            <NoMatch what="lines" />
          )
        }
      />
      <Drawer title={open === undefined ? 'Line' : `Line ${open.number}`} isOpen={open !== undefined} onClose={onClose}>
        {open === undefined ? null : <Line row={open} imageDigest={imageDigest} />}
      </Drawer>
    </>
  );
}

function Line({ row, imageDigest }: { readonly row: VerdictRow; readonly imageDigest: string }) {
  return (
    <div className="stack">
      <span className="told">
        <StateBadge {...ACTIONS[row.action]} />
        <span>{row.why === '' ? row.target : row.why}</span>
      </span>
      {row.fix === undefined ? null : <strong>To do: {row.fix}.</strong>}
      <KeyValue
        rows={[
          ['Looked at', <code key="t">{row.target}</code>],
          ['Kind', row.on],
          ['Rule', <code key="r">{row.rule}</code>],
          row.exception === undefined
            ? undefined
            : [
                'Exception',
                <span key="e">
                  <AppLink to={`/exceptions/${row.exception.id}`}>Open the exception</AppLink> ({row.exception.state})
                </span>,
              ],
        ]}
      />
      <div>
        <h3>Condition</h3>
        {row.when === undefined ? (
          <p className="quiet">No rule matched: a default of the pack decided.</p>
        ) : (
          <pre tabIndex={0} aria-label="Condition">
            <code>{row.when}</code>
          </pre>
        )}
      </div>
      {row.values.length === 0 ? null : (
        <div>
          <h3>What it read</h3>
          <span className="small values">
            {row.values.map(([name, value]) => (
              <code key={name}>
                {name} = {value}
              </code>
            ))}
          </span>
        </div>
      )}
      {row.vulnerability === undefined ? null : (
        <AppLink
          to={`/findings?status=all&imageDigest=${imageDigest}&vulnerability=${encodeURIComponent(row.vulnerability)}`}
        >
          Open the finding
        </AppLink>
      )}
    </div>
  );
}
