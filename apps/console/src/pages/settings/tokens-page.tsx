import { type ApiToken, AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { useState } from 'react';
import { nowMs, useCommand, useMe, usePages, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { Button, ConfirmByName, EmptyState, Page, StateBadge, type StateLook, TimeAgo } from '../../ui/index.ts';
import { textColumn, timeColumn } from '../common/columns.tsx';
import { counted } from '../common/words.ts';
import { CreateTokenDialog } from './dialogs/create-token-dialog.tsx';

const COLUMNS: readonly Column<ApiToken>[] = [
  {
    id: 'name',
    header: 'Token',
    isName: true,
    width: 'minmax(150px, 1.2fr)',
    cell: ({ name }) => <strong>{name}</strong>,
    text: ({ name }) => name,
  },
  {
    id: 'state',
    header: 'State',
    width: '120px',
    cell: (token) => <StateBadge {...tokenLook(token)} />,
    text: (token) => tokenLook(token).word,
  },
  textColumn('owner', 'Acts as', ({ ownerName }) => ownerName, { width: '130px' }),
  {
    id: 'scopes',
    header: 'May',
    width: 'minmax(220px, 2.4fr)',
    cell: ({ scopes }) => <span title={scopes.join('\n')}>{scopes.join(', ')}</span>,
    text: ({ scopes }) => scopes.join(' '),
  },
  {
    id: 'used',
    header: 'Last used',
    width: '110px',
    cell: ({ lastUsedAt }) =>
      lastUsedAt === null ? <span className="quiet">never</span> : <TimeAgo at={lastUsedAt} />,
    text: ({ lastUsedAt }) => lastUsedAt,
  },
  timeColumn('ends', 'Ends', ({ expiresAt }) => expiresAt, { width: '100px' }),
  timeColumn('created', 'Created', ({ createdAt }) => createdAt, { isExtra: true }),
];

function tokenLook({ isRevoked, expiresAt }: ApiToken): StateLook {
  if (isRevoked) return { tone: 'held', word: 'Revoked', icon: 'lock' };
  return Date.parse(expiresAt) <= nowMs()
    ? { tone: 'stale', word: 'Ended', icon: 'clock' }
    : { tone: 'good', word: 'Usable' };
}

export function Component() {
  const whyNot = useWhyNot();
  const me = useMe();
  const [isCreating, setCreating] = useState(false);
  const [revoked, setRevoked] = useState<ApiToken>();
  const pages = usePages(AUTHORITY_ROUTES.listTokens, { query: {} });
  const revoke = useCommand(AUTHORITY_ROUTES.revokeToken);
  const usable = pages.items.filter((token) => tokenLook(token).tone === 'good');
  const own = usable.filter(({ ownerId }) => ownerId === me?.id).length;
  return (
    <Page
      title="API tokens"
      sentence={
        pages.isPending
          ? ' '
          : usable.length === 0
            ? 'No token can be used at present.'
            : `${counted(usable.length, 'token')} can be used, ${own === 0 ? 'none' : own} of them yours; none grants more than its owner has.`
      }
      actions={
        <Button kind="primary" icon="key" onPress={() => setCreating(true)} disabledReason={whyNot('token.write')}>
          Create token…
        </Button>
      }
      command="stella token list"
      asOfMs={pages.asOfMs}
    >
      <DataGrid
        name="tokens"
        label="API tokens"
        columns={COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        actions={[
          {
            id: 'revoke',
            label: 'Revoke token',
            run: setRevoked,
            disabledReason: (token) =>
              whyNot('token.write') ?? (token.isRevoked ? 'It is revoked already.' : undefined),
          },
        ]}
        empty={
          <EmptyState title="There is no API token" icon="key" command="stella token create NAME --scope scanner.scan">
            A pipeline signs in with a token of its own, which may do less than you.
          </EmptyState>
        }
      />
      <CreateTokenDialog isOpen={isCreating} onClose={() => setCreating(false)} />
      <ConfirmByName
        title={`Revoke ${revoked?.name ?? ''}`}
        isOpen={revoked !== undefined}
        onClose={() => setRevoked(undefined)}
        name={revoked?.name ?? ''}
        nameOf="token"
        verb="Revoke token"
        isDanger
        isPending={revoke.isPending}
        error={revoke.error}
        onConfirm={() =>
          revoked === undefined
            ? undefined
            : revoke.mutate({ params: { tokenId: revoked.id } }, { onSuccess: () => setRevoked(undefined) })
        }
      >
        <p>Whatever uses it is refused from the next request on. This cannot be undone.</p>
      </ConfirmByName>
    </Page>
  );
}
