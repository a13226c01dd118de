import './release-changes.css';
import type { Release } from '@stella-ops/contracts/releases';
import { DigestChip, Icon, type IconName } from '../../../ui/index.ts';
import { diffSentence, type ImageChange, releaseDiff } from '../model/release-diff.ts';
import { PlainTable } from './plain-table.tsx';

const LOOKS: Readonly<Record<ImageChange['change'], { readonly word: string; readonly icon: IconName }>> = {
  added: { word: 'New', icon: 'plus' },
  changed: { word: 'Changes', icon: 'arrow' },
  removed: { word: 'Goes away', icon: 'none' },
  same: { word: 'Stays', icon: 'check' },
};

interface ReleaseChangesProps {
  /** What is there now; null: nothing. */
  readonly before: Release | null;
  readonly after: Release;
  /** `stage`: what the first column of digests is about. */
  readonly environment: string;
  readonly isLinked: boolean;
}

/** The exact digests that come to an environment, beside those that they replace. */
export function ReleaseChanges({ before, after, environment, isLinked }: ReleaseChangesProps) {
  const changes = releaseDiff(before, after);
  const what = before === null ? `Nothing is in ${environment} yet.` : `Replaces ${before.name} ${before.version}.`;
  return (
    <div className="release-changes">
      <p className="quiet">
        {what} {diffSentence(changes)}
      </p>
      <PlainTable
        label={`Digests that come to ${environment}`}
        items={changes}
        keyOf={({ component, platform }) => `${component} ${platform ?? ''}`}
        columns={[
          {
            id: 'component',
            title: 'Component',
            isRowHeader: true,
            cell: ({ component, platform }) => (
              <span className="image-name">
                {component}
                {platform === null ? null : <span className="image-platform">{platform}</span>}
              </span>
            ),
          },
          {
            id: 'change',
            title: 'Change',
            cell: ({ change }) => (
              <span className={`image-change ${change}`}>
                <Icon name={LOOKS[change].icon} size={13} />
                {LOOKS[change].word}
              </span>
            ),
          },
          {
            id: 'before',
            title: `In ${environment} now`,
            cell: ({ before: digest }) => <Digest digest={digest} isLinked={isLinked} />,
          },
          { id: 'after', title: 'Comes', cell: ({ after: digest }) => <Digest digest={digest} isLinked={isLinked} /> },
        ]}
      />
    </div>
  );
}

function Digest({ digest, isLinked }: { readonly digest: string | null; readonly isLinked: boolean }) {
  if (digest === null) return <span className="quiet">–</span>;
  return <DigestChip digest={digest} {...(isLinked ? { href: `/digests/${digest}` } : {})} />;
}
