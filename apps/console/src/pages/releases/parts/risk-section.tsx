import { type Promotion, type Release, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useApi } from '../../../api/index.ts';
import { ErrorState, Loaded, Section, Select, Skeleton, useUrlText } from '../../../ui/index.ts';
import { comparedChoices, comparedWith, NOTHING } from '../model/compared-release.ts';
import { RiskOfRelease } from './risk-difference.tsx';
import { useReleaseChange } from './use-release-change.ts';

const TITLE = 'Change of risk';

/** A release against another one of its product; which one stands in the address. */
export function ReleaseRisk({ release }: { readonly release: Release }) {
  const query = useApi(RELEASES_ROUTES.listReleases, { query: { name: release.name, limit: 100 } });
  const [asked, ask] = useUrlText('against');
  const releases = query.data?.body.items ?? [];
  const against = comparedWith(releases, release, asked);
  const chooser = (
    <Select label="Against" isInline options={comparedChoices(releases, release)} value={against} onChange={ask} />
  );
  return (
    <Section title={TITLE} actions={query.data === undefined ? undefined : chooser}>
      <Loaded query={query}>
        {() => <RiskOfRelease releaseId={release.id} against={against === NOTHING ? null : against} />}
      </Loaded>
    </Section>
  );
}

/** A release against what its environment has now. */
export function PromotionRisk({ promotion }: { readonly promotion: Promotion }) {
  const { releaseId, environment: name } = promotion;
  const { before, error, retry } = useReleaseChange(promotion);
  const now =
    before === null ? `Nothing is in ${name} yet.` : before === undefined ? undefined : `Against what ${name} has now.`;
  return (
    <Section title={TITLE} sentence={now}>
      {before !== undefined ? (
        <RiskOfRelease releaseId={releaseId} against={before?.id ?? null} />
      ) : error === null ? (
        <Skeleton lines={3} />
      ) : (
        <ErrorState error={error} retry={retry} />
      )}
    </Section>
  );
}
