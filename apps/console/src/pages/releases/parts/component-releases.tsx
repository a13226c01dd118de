import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { usePages } from '../../../api/index.ts';
import { AppLink, Button, DigestChip, ErrorState, Section, Skeleton, TimeAgo } from '../../../ui/index.ts';
import { PlainTable } from './plain-table.tsx';

/** Releases that a component is part of, newest first, with the digests that each pins of it. */
export function ComponentReleases({ component }: { readonly component: string }) {
  const pages = usePages(RELEASES_ROUTES.listReleases, {});
  const rows = pages.items.flatMap((release) =>
    release.components
      .filter((one) => one.component === component)
      .flatMap(({ platforms, requested }) =>
        platforms.map(({ platform, manifestDigest }) => ({ release, requested, platform, manifestDigest })),
      ),
  );
  return (
    <Section title="In releases">
      {pages.error === null ? null : <ErrorState error={pages.error} retry={() => pages.refetch()} />}
      {pages.isPending ? (
        <Skeleton />
      ) : (
        <PlainTable
          label={`Releases with ${component}`}
          items={rows}
          keyOf={({ release, manifestDigest }) => `${release.id} ${manifestDigest}`}
          empty={pages.hasMore ? 'None of the newest releases has it.' : 'No release has it yet.'}
          columns={[
            {
              id: 'release',
              title: 'Release',
              isRowHeader: true,
              cell: ({ release }) => (
                <AppLink to={`/releases/${release.id}`}>
                  {release.name} {release.version}
                </AppLink>
              ),
            },
            { id: 'platform', title: 'Platform', cell: ({ platform }) => platform ?? 'any' },
            {
              id: 'digest',
              title: 'Digest',
              cell: ({ manifestDigest }) => <DigestChip digest={manifestDigest} href={`/digests/${manifestDigest}`} />,
            },
            { id: 'created', title: 'Created', cell: ({ release }) => <TimeAgo at={release.createdAt} /> },
            { id: 'by', title: 'By', cell: ({ release }) => release.createdBy.name },
          ]}
        />
      )}
      {pages.hasMore ? (
        <Button onPress={() => pages.loadMore()} isPending={pages.isLoadingMore}>
          Look at older releases
        </Button>
      ) : null}
    </Section>
  );
}
