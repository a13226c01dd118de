import './risk-difference.css';
import {
  type FindingDifference,
  FINDINGS_ROUTES,
  type PackageDifference,
  type RiskDifference,
} from '@stella-ops/contracts/findings';
import { type ReactNode, useState } from 'react';
import { useApi, useWhyNot } from '../../../api/index.ts';
import { AppLink, Button, CopyCommand, Icon, type IconName, Loaded, Notice } from '../../../ui/index.ts';
import { Severity } from '../../common/severity.tsx';
import { PlainTable } from './plain-table.tsx';

/** What a release changes in risk when it takes the place of another one, read from the server. */
export function RiskOfRelease(props: {
  readonly releaseId: string;
  /** Null: nothing is there. */
  readonly against: string | null;
}) {
  const { releaseId, against } = props;
  const whyNot = useWhyNot();
  const reason = FINDINGS_ROUTES.compareReleases.scopes.map(whyNot).find((one) => one !== undefined);
  const input = { params: { releaseId }, query: against === null ? {} : { against } };
  const query = useApi(FINDINGS_ROUTES.compareReleases, input, { isEnabled: reason === undefined });
  if (reason !== undefined) return <p className="quiet">{reason}</p>;
  return <Loaded query={query}>{({ body }) => <Difference risk={body} key={`${releaseId} ${against}`} />}</Loaded>;
}

function Difference({ risk }: { readonly risk: RiskDifference }) {
  const { images, notes, findings, packages } = risk;
  return (
    <div className="risk-difference">
      <p className="risk-sentence">{risk.sentence}</p>
      {notes.length === 0 ? null : (
        <Notice tone="gate" icon="question">
          {notes.length === 1 ? (
            notes[0]?.sentence
          ) : (
            <ul className="risk-list">
              {notes.map(({ code, component, platform, sentence }) => (
                <li key={`${code} ${component} ${platform} ${sentence}`}>{sentence}</li>
              ))}
            </ul>
          )}
        </Notice>
      )}
      {images.length < 2 ? null : (
        <Part title="Images">
          <ul className="risk-list">
            {images.map(({ component, platform, change, sentence }) => (
              <li key={`${component} ${platform} ${change}`}>{sentence}</li>
            ))}
          </ul>
        </Part>
      )}
      <Findings items={risk.findingDifferences} count={sumOf(findings)} />
      <Packages items={risk.packageDifferences} count={sumOf(packages)} />
      <CopyCommand command={`stella release diff ${referenceOf(risk.from)} ${referenceOf(risk.to)}`} />
    </div>
  );
}

/** As the command line takes it. */
const referenceOf = (release: RiskDifference['from']): string =>
  release === null ? 'none' : `${release.name}@${release.version}`;

const sumOf = ({ came, went, changed }: RiskDifference['findings']): number => came + went + changed;

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="risk-part">
      <h3>{title}</h3>
      {children}
    </div>
  );
}

const LOOKS: Readonly<Record<FindingDifference['change'], { readonly word: string; readonly icon: IconName }>> = {
  came: { word: 'Comes', icon: 'plus' },
  went: { word: 'Goes', icon: 'none' },
  changed: { word: 'Changes', icon: 'arrow' },
};

function Change({ change, tone = '' }: { readonly change: FindingDifference['change']; readonly tone?: string }) {
  return (
    <span className={`risk-change ${tone}`}>
      <Icon name={LOOKS[change].icon} size={13} />
      {LOOKS[change].word}
    </span>
  );
}

/** What counts against an image is worse when it comes; other findings are neither. */
function toneOf({ change, before, after }: FindingDifference): string {
  if (change === 'came' && after?.status === 'open') return 'worse';
  return change === 'went' && before?.status === 'open' ? 'better' : '';
}

function Findings({ items, count }: { readonly items: readonly FindingDifference[]; readonly count: number }) {
  const [shown, more] = useFirst(items, count);
  if (count === 0) return null;
  return (
    <Part title="Findings">
      <PlainTable
        label="Findings that differ"
        items={shown}
        keyOf={(one) => `${one.component} ${one.platform} ${(one.after ?? one.before)?.id}`}
        columns={[
          {
            id: 'vulnerability',
            title: 'Vulnerability',
            isRowHeader: true,
            cell: ({ vulnerability, before, after }) => (
              <AppLink to={`/findings/${(after ?? before)?.id}`}>{vulnerability}</AppLink>
            ),
          },
          { id: 'change', title: 'Change', cell: (one) => <Change change={one.change} tone={toneOf(one)} /> },
          { id: 'severity', title: 'Severity', cell: ({ before, after }) => <Rating finding={after ?? before} /> },
          { id: 'component', title: 'Component', cell: ({ component }) => component },
          { id: 'sentence', title: 'What', cell: ({ sentence }) => sentence },
        ]}
      />
      {more}
    </Part>
  );
}

function Rating({ finding }: { readonly finding: FindingDifference['after'] }) {
  return finding === null ? null : <Severity level={finding.severity} score={finding.score} />;
}

function Packages({ items, count }: { readonly items: readonly PackageDifference[]; readonly count: number }) {
  const [shown, more] = useFirst(items, count);
  if (count === 0) return null;
  return (
    <Part title="Packages">
      <PlainTable
        label="Packages that differ"
        items={shown}
        keyOf={({ component, platform, type, name, before, after }) =>
          JSON.stringify([component, platform, type, name, before, after])
        }
        columns={[
          { id: 'name', title: 'Package', isRowHeader: true, cell: ({ name }) => name },
          { id: 'change', title: 'Change', cell: ({ change }) => <Change change={change} /> },
          { id: 'type', title: 'Type', cell: ({ type }) => type },
          { id: 'component', title: 'Component', cell: ({ component }) => component },
          { id: 'before', title: 'Before', cell: ({ before }) => <Version version={before} /> },
          { id: 'after', title: 'After', cell: ({ after }) => <Version version={after} /> },
        ]}
      />
      {more}
    </Part>
  );
}

function Version({ version }: { readonly version: string | null }) {
  return version === null ? <span className="quiet">–</span> : <code>{version}</code>;
}

const FIRST = 10;

/** The first of a list, and what stands below it where there are more. @param count of all, also of those not in the list */
function useFirst<T>(items: readonly T[], count: number): readonly [readonly T[], ReactNode] {
  const [isWhole, setWhole] = useState(false);
  if (!isWhole && items.length > FIRST) {
    const button = <Button onPress={() => setWhole(true)}>Show all {items.length}</Button>;
    return [items.slice(0, FIRST), button];
  }
  return [items, items.length < count ? <p className="quiet">And {count - items.length} more.</p> : null];
}
