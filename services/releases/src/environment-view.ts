import type { Environment } from '@stella-ops/contracts/releases';
import { type EnvironmentRow, freezesOf } from './store/environments.ts';
import type { Tx } from './store/tx.ts';

/** Environments as the API shows them, with the freezes that have not ended. */
export async function environmentViews(tx: Tx, rows: readonly EnvironmentRow[], at: string): Promise<Environment[]> {
  const freezes = await freezesOf(
    tx,
    rows.map(({ id }) => id),
    at,
  );
  return rows.map(({ currentReleaseId, currentRelease, currentPromotionId, currentSince, ...environment }) => ({
    ...environment,
    freezes: freezes
      .filter(({ environmentId }) => environmentId === environment.id)
      .map(({ environmentId: _environmentId, ...freeze }) => freeze),
    current:
      currentReleaseId === null || currentRelease === null || currentPromotionId === null || currentSince === null
        ? null
        : {
            releaseId: currentReleaseId,
            release: currentRelease,
            promotionId: currentPromotionId,
            since: currentSince,
          },
  }));
}

export async function environmentView(tx: Tx, row: EnvironmentRow, at: string): Promise<Environment> {
  const [view] = await environmentViews(tx, [row], at);
  if (view === undefined) throw new Error('one row has one view');
  return view;
}
