import { type Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useApi } from '../../../api/index.ts';

type Subject = Pick<Promotion, 'releaseId' | 'environmentId'>;

/** What a release would change in an environment: both releases, and the environment. */
export function useReleaseChange({ releaseId, environmentId }: Subject) {
  const after = useApi(RELEASES_ROUTES.getRelease, { params: { releaseId } });
  const environment = useApi(RELEASES_ROUTES.getEnvironment, { params: { environmentId } });
  const currentId = environment.data?.body.current?.releaseId;
  const before = useApi(
    RELEASES_ROUTES.getRelease,
    { params: { releaseId: currentId ?? releaseId } },
    { isEnabled: currentId !== undefined },
  );
  const isBeforeKnown = environment.data !== undefined && (currentId === undefined || before.data !== undefined);
  return {
    environment: environment.data?.body,
    release: after.data?.body,
    /** Undefined while it is not known; null: nothing is there. */
    before: isBeforeKnown ? (currentId === undefined ? null : (before.data?.body ?? null)) : undefined,
    error: after.error ?? environment.error ?? before.error,
    retry: () => void Promise.all([after.refetch(), environment.refetch()]),
  };
}
