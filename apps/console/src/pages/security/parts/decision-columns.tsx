import type { Decision } from '@stella-ops/contracts/policy';
import type { Column } from '../../../ui/grid/index.ts';
import { AppLink } from '../../../ui/index.ts';
import { digestColumn, stateColumn, timeColumn } from '../../common/columns.tsx';
import { OUTCOMES, PURPOSES } from '../../common/looks.ts';

export const DECISION_COLUMNS: readonly Column<Decision>[] = [
  digestColumn('id', 'Decision', ({ id }) => id, 'id of the decision', {
    isName: true,
    width: '160px',
    to: ({ id }) => `/decisions/${id}`,
  }),
  stateColumn('outcome', 'Outcome', OUTCOMES, ({ outcome }) => outcome, { width: '152px' }),
  digestColumn('image', 'Image', ({ imageDigest }) => imageDigest, 'image digest', {
    to: ({ imageDigest }) => `/images/${imageDigest}`,
  }),
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
    isExtra: true,
    cell: ({ purpose }) => PURPOSES[purpose],
    text: ({ purpose }) => purpose,
  },
  timeColumn('at', 'Decided', ({ evaluatedAt }) => evaluatedAt),
];
