import type { Promotion } from '@stella-ops/contracts/releases';
import { ErrorState, Skeleton } from '../../../ui/index.ts';
import { ReleaseChanges } from './release-changes.tsx';
import { useReleaseChange } from './use-release-change.ts';

/** What a release would change in an environment, read from the server. */
export function ChangePreview(props: {
  readonly subject: Pick<Promotion, 'releaseId' | 'environmentId'>;
  /** Whether digests lead to their pages; not from a dialog, which they would leave behind. */
  readonly isLinked?: boolean;
}) {
  const { subject, isLinked = true } = props;
  const { environment, release, before, error, retry } = useReleaseChange(subject);
  if (environment !== undefined && release !== undefined && before !== undefined) {
    return <ReleaseChanges before={before} after={release} environment={environment.name} isLinked={isLinked} />;
  }
  return error === null ? <Skeleton lines={3} /> : <ErrorState error={error} retry={retry} />;
}
