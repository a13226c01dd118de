import { type Environment, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useApi } from '../../../api/index.ts';

/** All environments in their order; an installation has a handful. */
export function useEnvironments() {
  const query = useApi(RELEASES_ROUTES.listEnvironments, { query: { limit: 200 } });
  const environments: readonly Environment[] = query.data?.body.items ?? [];
  return { query, environments, isLast: (id: string) => environments.at(-1)?.id === id };
}
