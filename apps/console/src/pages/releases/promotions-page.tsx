import { type Promotion, PromotionState, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useState } from 'react';
import { usePages, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { Button, EmptyState, Page, PROMOTION_STATES, promotionLook, StateBadge } from '../../ui/index.ts';
import { useUrlText } from '../../ui/index.ts';
import { textColumn, timeColumn } from '../common/columns.tsx';
import { ChoiceFilter, useChoice } from '../common/filters.tsx';
import { RequestPromotionDialog } from './dialogs/request-promotion-dialog.tsx';
import { movementColumns } from './parts/movement-columns.tsx';

const STATE_OPTIONS = PromotionState.options.map((state) => ({ id: state, label: PROMOTION_STATES[state].word }));
const WAITING_OPTIONS = [{ id: 'me', label: 'for me' }];

const COLUMNS: readonly Column<Promotion>[] = [
  ...movementColumns<Promotion>('/promotions'),
  {
    id: 'state',
    header: 'State',
    width: '184px',
    cell: (promotion) => <StateBadge {...promotionLook(promotion)} />,
    text: ({ state }) => state,
  },
  textColumn('why', 'Why', ({ sentence }) => sentence, { width: 'minmax(220px, 3fr)' }),
  textColumn('by', 'Requested by', ({ requestedBy }) => requestedBy.name, { width: '130px' }),
  timeColumn('requested', 'Requested', ({ requestedAt }) => requestedAt),
  timeColumn('changed', 'Changed', ({ updatedAt }) => updatedAt, { isExtra: true }),
  { id: 'id', header: 'Id', width: '300px', isExtra: true, cell: ({ id }) => <code>{id}</code>, text: ({ id }) => id },
];

/** Every promotion, newest first. */
export function Component() {
  const whyNot = useWhyNot()('promotion.write');
  const [environment] = useUrlText('environment');
  const [isRequesting, setRequesting] = useState(false);
  const state = useChoice('state', PromotionState.options);
  const isForMe = useChoice('for', ['me']) === 'me';
  const pages = usePages(RELEASES_ROUTES.listPromotions, {
    query: {
      ...(state === undefined ? {} : { state }),
      ...(environment === undefined ? {} : { environment }),
      ...(isForMe ? { isWaitingForMe: true } : {}),
    },
  });
  const open = pages.items.filter((one) => one.state.startsWith('pending')).length;
  const request = (
    <Button kind="primary" icon="promotion" disabledReason={whyNot} onPress={() => setRequesting(true)}>
      Request promotion…
    </Button>
  );
  return (
    <Page
      title="Promotions"
      sentence={pages.isPending ? undefined : sentenceOf(pages.items.length, open, pages.hasMore)}
      actions={request}
      command={commandOf({ state, environment, isForMe })}
      asOfMs={pages.asOfMs}
    >
      <DataGrid
        name="promotions"
        label="Promotions"
        columns={COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        rowHref={({ id }) => `/promotions/${id}`}
        filters={
          <>
            <ChoiceFilter name="state" label="State" options={STATE_OPTIONS} />
            <ChoiceFilter name="for" label="Waiting" options={WAITING_OPTIONS} />
          </>
        }
        empty={
          state === undefined && environment === undefined && !isForMe ? (
            <EmptyState
              title="No promotions yet"
              icon="promotion"
              command="stella promotion request NAME@VERSION ENVIRONMENT"
            >
              A promotion asks to bring a release into an environment. Its gates are looked at by themselves.
            </EmptyState>
          ) : (
            <EmptyState title="No promotion matches the filter" icon="search">
              Choose another state, or another environment in the bar above.
            </EmptyState>
          )
        }
      />
      <RequestPromotionDialog
        isOpen={isRequesting}
        onClose={() => setRequesting(false)}
        {...(environment === undefined ? {} : { environment })}
      />
    </Page>
  );
}

function sentenceOf(count: number, open: number, hasMore: boolean): string {
  const shown = `${count}${hasMore ? ' newest' : ''} promotion${count === 1 ? '' : 's'}`;
  if (count === 0) return 'No promotions here.';
  return open === 0 ? `${shown}; none waits.` : `${shown}; ${open} ${open === 1 ? 'waits' : 'wait'}.`;
}

function commandOf(filter: {
  readonly state: string | undefined;
  readonly environment: string | undefined;
  readonly isForMe: boolean;
}): string {
  const { state, environment, isForMe } = filter;
  const options = [
    state === undefined ? '' : ` --state ${state}`,
    environment === undefined ? '' : ` --env ${environment}`,
    isForMe ? ' --waiting-for-me' : '',
  ];
  return `stella promotion list${options.join('')}`;
}
