import type { Decision } from '@stella-ops/contracts/policy';
import type { Column } from '../../../ui/grid/index.ts';
import { AppLink, DigestChip, StateBadge, TimeAgo } from '../../../ui/index.ts';
import { OUTCOMES, PURPOSES } from '../../common/looks.ts';

export const DECISION_COLUMNS: readonly Column<Decision>[] = [
  {
    id: 'id',
    header: 'Decision',
    isName: true,
    width: '160px',
    cell: ({ id }) => <DigestChip digest={id} href={`/decisions/${id}`} what="id of the decision" />,
    text: ({ id }) => id,
  },
  {
    id: 'outcome',
    header: 'Outcome',
    width: '152px',
    cell: ({ outcome }) => <StateBadge {...OUTCOMES[outcome]} />,
    text: ({ outcome }) => outcome,
  },
  {
    id: 'image',
    header: 'Image',
    width: '165px',
    cell: ({ imageDigest }) => <DigestChip digest={imageDigest} href={`/images/${imageDigest}`} what="image digest" />,
    text: ({ imageDigest }) => imageDigest,
  },
  {
    id: 'environment',
    header: 'For',
    width: '80px',
    cell: ({ environment }) => environment ?? <span className="quiet">none</span>,
    text: ({ environment }) => environment,
  },
  {
    id: 'why',
    header: 'First reason',
    width: 'minmax(190px, 3fr)',
    cell: ({ reasons }) =>
      reasons[0] === undefined ? (
        <span className="quiet">Nothing against it</span>
      ) : (
        <span title={reasons[0].sentence}>{reasons[0].sentence}</span>
      ),
    text: ({ reasons }) => reasons[0]?.sentence ?? '',
  },
  {
    id: 'policy',
    header: 'Policy',
    width: '148px',
    cell: ({ policy }) => <AppLink to={`/policies/${policy.digest}`}>{`${policy.name} ${policy.version}`}</AppLink>,
    text: ({ policy }) => `${policy.name} ${policy.version}`,
  },
  {
    id: 'purpose',
    header: 'Made because',
    width: '148px',
    cell: ({ purpose }) => PURPOSES[purpose],
    text: ({ purpose }) => purpose,
  },
  {
    id: 'at',
    header: 'Decided',
    width: '110px',
    cell: ({ evaluatedAt }) => <TimeAgo at={evaluatedAt} />,
    text: ({ evaluatedAt }) => evaluatedAt,
  },
];
