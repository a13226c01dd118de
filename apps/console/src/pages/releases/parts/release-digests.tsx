import { type Release, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useApi } from '../../../api/index.ts';
import { DigestChip, Loaded } from '../../../ui/index.ts';
import { PlainTable } from './plain-table.tsx';

/** The digests of a release, read from the server. */
export function ReleaseDigests({ releaseId }: { readonly releaseId: string }) {
  const query = useApi(RELEASES_ROUTES.getRelease, { params: { releaseId } });
  return <Loaded query={query}>{({ body }) => <DigestTable release={body} />}</Loaded>;
}

/** Every digest that a release pins: manifest of each platform, and the index above them. */
export function DigestTable({ release, isWide = false }: { readonly release: Release; readonly isWide?: boolean }) {
  const rows = release.components.flatMap((component) =>
    component.platforms.map((pinned) => ({ ...component, ...pinned })),
  );
  type Row = (typeof rows)[number];
  return (
    <PlainTable
      label={`Digests of ${release.name} ${release.version}`}
      items={rows}
      keyOf={({ component, manifestDigest }) => `${component} ${manifestDigest}`}
      columns={[
        { id: 'component', title: 'Component', isRowHeader: true, cell: ({ component }) => component },
        { id: 'platform', title: 'Platform', cell: ({ platform }) => platform ?? 'any' },
        {
          id: 'manifest',
          title: 'Digest',
          cell: ({ manifestDigest }) => <DigestChip digest={manifestDigest} href={`/digests/${manifestDigest}`} />,
        },
        ...(isWide
          ? [
              {
                id: 'config',
                title: 'Config digest',
                cell: ({ configDigest }: Row) => <Optional digest={configDigest} what="config digest" />,
              },
              {
                id: 'index',
                title: 'Index digest',
                cell: ({ indexDigest }: Row) => <Optional digest={indexDigest} what="index digest" />,
              },
              { id: 'requested', title: 'Asked for as', cell: ({ requested }: Row) => <Requested text={requested} /> },
              {
                id: 'repository',
                title: 'Repository',
                cell: ({ repository }: Row) => <code className="quiet">{repository}</code>,
              },
            ]
          : []),
      ]}
    />
  );
}

function Optional({ digest, what }: { readonly digest: string | null; readonly what: string }) {
  return digest === null ? <span className="quiet">–</span> : <DigestChip digest={digest} what={what} />;
}

/** A tag stays as it was asked for; a digest says no more than the column beside it. */
function Requested({ text }: { readonly text: string }) {
  return text.startsWith('sha256:') ? <span className="quiet">its digest</span> : <code>{text}</code>;
}
