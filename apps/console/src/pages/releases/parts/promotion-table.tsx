import type { Promotion } from '@stella-ops/contracts/releases';
import type { ReactNode } from 'react';
import { AppLink, promotionLook, StateBadge, TimeAgo } from '../../../ui/index.ts';
import { PlainTable } from './plain-table.tsx';

/** Promotions of one thing, newest first: those of a release are called by their environment, and the other way round. */
export function PromotionTable(props: {
  readonly label: string;
  readonly promotions: readonly Promotion[];
  readonly calledBy: 'release' | 'environment';
  readonly empty: ReactNode;
}) {
  const { calledBy } = props;
  return (
    <PlainTable
      label={props.label}
      items={props.promotions}
      keyOf={({ id }) => id}
      empty={props.empty}
      columns={[
        {
          id: calledBy,
          title: calledBy === 'release' ? 'Release' : 'To',
          isRowHeader: true,
          cell: (promotion) => <AppLink to={`/promotions/${promotion.id}`}>{promotion[calledBy]}</AppLink>,
        },
        { id: 'state', title: 'State', cell: (promotion) => <StateBadge {...promotionLook(promotion)} /> },
        { id: 'why', title: 'Why', cell: ({ sentence }) => sentence },
        { id: 'by', title: 'Requested by', cell: ({ requestedBy }) => requestedBy.name },
        { id: 'when', title: 'When', cell: ({ requestedAt }) => <TimeAgo at={requestedAt} /> },
      ]}
    />
  );
}
