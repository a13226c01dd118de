import { CONCELIER_EVENTS } from '@stella-ops/contracts/concelier';
import { EXCITITOR_EVENTS } from '@stella-ops/contracts/excititor';
import { POLICY_EVENTS } from '@stella-ops/contracts/policy';
import { SCANNER_EVENTS } from '@stella-ops/contracts/scanner';
import type { Consumer } from '@stella-ops/platform/events';
import type { Job } from '@stella-ops/platform/jobs';
import * as z from 'zod';
import type { PolicyParts } from '../parts.ts';
import { noteImage } from '../store/images.ts';
import { knownTenants } from '../store/state.ts';
import type { JudgeAllData } from './judge-all.ts';
import type { JudgeImageData } from './judge-image.ts';

const { imageScanned } = SCANNER_EVENTS;
const { exceptionChanged, packActivated } = POLICY_EVENTS;

/** Has images judged again when something that their verdicts depend on has changed. */
export function rejudgeConsumer(
  { host, ids }: PolicyParts,
  judgeImage: Job<JudgeImageData>,
  judgeAll: Job<JudgeAllData>,
): Consumer {
  return {
    name: 'policy.rejudge',
    types: [
      imageScanned.type,
      CONCELIER_EVENTS.snapshotCreated.type,
      EXCITITOR_EVENTS.snapshotCreated.type,
      packActivated.type,
      exceptionChanged.type,
    ],
    handle: async (tx, event) => {
      const { tenantId } = event;
      if (event.type === imageScanned.type) {
        const { imageDigest, inventoryDigest } = z.parse(imageScanned.data, event.data);
        await noteImage(tx, tenantId, { imageDigest, inventoryDigest, at: event.occurredAt });
        await host.jobs.enqueue(tx, judgeImage, tenantId, { imageDigest, occasion: `scan ${event.id}` });
        return;
      }
      if (event.type === exceptionChanged.type) {
        const { state } = z.parse(exceptionChanged.data, event.data);
        // What was never approved was in no decision.
        if (state !== 'approved' && state !== 'revoked' && state !== 'expired') return;
      }
      await host.jobs.enqueue(tx, judgeAll, tenantId, { cause: event.id, listsImages: false });
    },
    reset: async () => {
      const cause = `reset ${ids.uuid()}`;
      for (const tenantId of await host.database.withRelay((tx) => knownTenants(tx), { isReadOnly: true })) {
        await host.database.withTenant(tenantId, (tx) =>
          host.jobs.enqueue(tx, judgeAll, tenantId, { cause, listsImages: true }),
        );
      }
    },
  };
}
