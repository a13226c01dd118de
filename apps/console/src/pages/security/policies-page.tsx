import { POLICY_ROUTES, type PolicyPack } from '@stella-ops/contracts/policy';
import { useState } from 'react';
import { usePages, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { Button, EmptyState, Page, StateBadge, useUrlQuery } from '../../ui/index.ts';
import { digestColumn, linkColumn, numberColumn, textColumn, timeColumn } from '../common/columns.tsx';
import { TextFilter } from '../common/filters.tsx';
import { ACTIVE, INACTIVE } from '../common/looks.ts';
import { NoMatch } from '../common/no-match.tsx';
import { listed } from '../common/words.ts';
import { PublishPolicyDialog } from './dialogs/publish-policy-dialog.tsx';

const COLUMNS: readonly Column<PolicyPack>[] = [
  linkColumn(
    'name',
    'Policy',
    ({ name }) => name,
    ({ digest }) => `/policies/${digest}`,
    { isName: true, width: 'minmax(160px, 1.5fr)' },
  ),
  textColumn('version', 'Version', ({ version }) => version, { width: '110px' }),
  {
    id: 'active',
    header: 'State',
    width: '120px',
    cell: ({ isActive }) => <StateBadge {...(isActive ? ACTIVE : INACTIVE)} />,
    text: ({ isActive }) => (isActive ? 'active' : 'inactive'),
  },
  numberColumn('rules', 'Rules', ({ rules }) => rules, { width: '80px' }),
  digestColumn('digest', 'Digest', ({ digest }) => digest, 'digest of the policy'),
  textColumn('by', 'Published by', ({ publishedBy }) => publishedBy, { width: 'minmax(120px, 1fr)' }),
  timeColumn('at', 'Published', ({ publishedAt }) => publishedAt),
];

export function Component() {
  const { name = '' } = useUrlQuery();
  const whyNot = useWhyNot();
  const [isPublishing, setPublishing] = useState(false);
  const pages = usePages(POLICY_ROUTES.listPacks, { query: name === '' ? {} : { name } });
  const active = pages.items.filter(({ isActive }) => isActive).map((one) => `${one.name} ${one.version}`);
  return (
    <Page
      title="Policies"
      sentence={
        pages.isPending
          ? ' '
          : active.length === 0
            ? 'No policy decides yet.'
            : `${listed(active)} ${active.length === 1 ? 'decides' : 'decide'} at present.`
      }
      actions={
        <Button
          kind="primary"
          icon="policy"
          onPress={() => setPublishing(true)}
          disabledReason={whyNot('policy.publish')}
        >
          Publish policy…
        </Button>
      }
      command="stella policy list"
      asOfMs={pages.asOfMs}
    >
      <DataGrid
        name="policies"
        label="Policy packs"
        columns={COLUMNS}
        pages={pages}
        rowId={({ digest }) => digest}
        rowHref={({ digest }) => `/policies/${digest}`}
        filters={<TextFilter name="name" label="Name" placeholder="whole name" />}
        empty={
          name === '' ? (
            <EmptyState title="No policy is published" icon="policy" command="stella policy publish FILE">
              Without one nothing can be decided, and no promotion passes its policy gate.
            </EmptyState>
          ) : (
            <NoMatch what="policies" />
          )
        }
      />
      <PublishPolicyDialog isOpen={isPublishing} onClose={() => setPublishing(false)} />
    </Page>
  );
}
