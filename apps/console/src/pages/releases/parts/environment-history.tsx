import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useApi } from '../../../api/index.ts';
import { AppLink, Loaded, Section } from '../../../ui/index.ts';
import { PromotionTable } from './promotion-table.tsx';

/** The last promotions to an environment. */
export function EnvironmentHistory({ environment }: { readonly environment: string }) {
  const query = useApi(RELEASES_ROUTES.listPromotions, { query: { environment, limit: 10 } });
  return (
    <Section
      title="Promotions"
      actions={<AppLink to={`/promotions?environment=${environment}`}>All promotions to {environment}</AppLink>}
    >
      <Loaded query={query}>
        {({ body }) => (
          <PromotionTable
            label={`Promotions to ${environment}`}
            promotions={body.items}
            calledBy="release"
            empty="Nothing was promoted here yet."
          />
        )}
      </Loaded>
    </Section>
  );
}
