import type { EventData, EventType } from '@stella-ops/contracts';
import { AUTHORITY_EVENTS } from '@stella-ops/contracts/authority';
import { CONCELIER_EVENTS } from '@stella-ops/contracts/concelier';
import { EXCITITOR_EVENTS } from '@stella-ops/contracts/excititor';
import { EVIDENCE_EVENTS } from '@stella-ops/contracts/evidence';
import { POLICY_EVENTS } from '@stella-ops/contracts/policy';
import { RELEASES_EVENTS } from '@stella-ops/contracts/releases';
import { SCANNER_EVENTS } from '@stella-ops/contracts/scanner';
import type { Consumer } from '@stella-ops/platform/events';
import * as z from 'zod';
import type { Deps } from '../deps.ts';
import { lookAgain } from '../evaluation/look-again.ts';
import { notePacket, promotionsJudgedOtherwise } from '../store/decisions.ts';
import {
  allOpenPromotions,
  openPromotions,
  openPromotionsApprovedBy,
  openPromotionsOfEnvironment,
  openPromotionsOfImage,
  openPromotionsOfPolicy,
  openPromotionsOfRelease,
  openPromotionsOfScan,
} from '../store/evaluations.ts';
import { setPromotionPacket } from '../store/promotions.ts';
import { noteFailedScan } from '../store/scan-requests.ts';
import type { Tx } from '../store/tx.ts';

/** Promotions that an event concerns, and whether policy must decide anew. */
interface Concerned {
  readonly ids: readonly string[];
  readonly isStale: boolean;
}

interface Rule {
  readonly type: string;
  concerned(tx: Tx, data: unknown, at: string): Promise<readonly Concerned[]>;
}

function on<E extends EventType>(
  event: E,
  concerned: (tx: Tx, data: EventData<E>, at: string) => Promise<readonly Concerned[]>,
): Rule {
  return { type: event.type, concerned: (tx, data, at) => concerned(tx, z.parse(event.data, data), at) };
}

const stale = (ids: readonly string[]): readonly Concerned[] => [{ ids, isStale: true }];
const settled = (ids: readonly string[]): readonly Concerned[] => [{ ids, isStale: false }];

/** States of an exception that change verdicts. */
const EFFECTIVE: ReadonlySet<string> = new Set(['approved', 'revoked', 'expired']);

/** What happens elsewhere, and which promotions it is a reason to look at again. */
export const RULES: readonly Rule[] = [
  on(SCANNER_EVENTS.imageScanned, async (tx, { imageDigest }) => stale(await openPromotionsOfImage(tx, imageDigest))),
  on(SCANNER_EVENTS.scanFailed, async (tx, { scanId }) => {
    await noteFailedScan(tx, scanId);
    return settled(await openPromotionsOfScan(tx, scanId));
  }),
  on(POLICY_EVENTS.decisionRecorded, async (tx, { purpose, imageDigest, findingsDigest, advisorySnapshot }) =>
    // Our own questions are decisions, too: following those would never end.
    purpose === 'continuous'
      ? stale(await promotionsJudgedOtherwise(tx, imageDigest, findingsDigest, advisorySnapshot))
      : [],
  ),
  on(POLICY_EVENTS.exceptionChanged, async (tx, { state }) =>
    EFFECTIVE.has(state) ? stale(await openPromotions(tx)) : [],
  ),
  on(POLICY_EVENTS.packActivated, async (tx, { name }) => stale(await openPromotionsOfPolicy(tx, name))),
  on(CONCELIER_EVENTS.snapshotCreated, async (tx) => stale(await openPromotions(tx))),
  on(EXCITITOR_EVENTS.snapshotCreated, async (tx) => stale(await openPromotions(tx))),
  on(EVIDENCE_EVENTS.packetSealed, async (tx, { kind, subjectId, packetId, endedAt }, at) => {
    if (kind === 'decision') return settled(await notePacket(tx, subjectId, packetId));
    if (kind === 'promotion') await setPromotionPacket(tx, subjectId, { packetId, endedAt, at });
    return [];
  }),
  // Stale, so that an evaluation or deployment that has asked before this does not go by an answer of then.
  on(AUTHORITY_EVENTS.userChanged, async (tx, { userId }) => stale(await openPromotionsApprovedBy(tx, userId))),
  on(RELEASES_EVENTS.environmentChanged, async (tx, { environmentId }) =>
    settled(await openPromotionsOfEnvironment(tx, environmentId)),
  ),
  on(RELEASES_EVENTS.promotionChanged, async (tx, { releaseId, promotionId, from, to }) =>
    from === to ? [] : settled(await openPromotionsOfRelease(tx, releaseId, promotionId)),
  ),
];

/** Has promotions looked at again when something happened that their gates rest on. */
export function reEvaluate(deps: Deps): Consumer {
  const byType = new Map(RULES.map((rule) => [rule.type, rule]));
  return {
    name: 'releases.re-evaluate',
    types: [...byType.keys()],
    handle: async (tx, { type, tenantId, data, occurredAt }) => {
      for (const { ids, isStale } of (await byType.get(type)?.concerned(tx, data, occurredAt)) ?? []) {
        await lookAgain(deps, tx, tenantId, ids, { isStale });
      }
    },
    reset: async () => {
      for (const { tenantId, ids } of await deps.host.database.withRelay((tx) => allOpenPromotions(tx))) {
        await deps.host.database.withTenant(tenantId, (tx) => lookAgain(deps, tx, tenantId, ids, { isStale: true }));
      }
    },
  };
}
