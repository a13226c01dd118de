import { EVIDENCE_EVENTS } from '@stella-ops/contracts/evidence';
import type { Consumer } from '@stella-ops/platform/events';
import * as z from 'zod';
import { announceDeployment } from '../deployment/announce.ts';
import type { Deps } from '../deps.ts';
import { lockDeployment, setDeploymentPacket } from '../store/deployments.ts';

const { packetSealed } = EVIDENCE_EVENTS;

/** Notes at a deployment where the evidence of its end is. Evidence of an end that it was resumed from is left out. */
export function noteDeploymentPackets(deps: Pick<Deps, 'ids'>): Consumer {
  return {
    name: 'releases.note-deployment-packets',
    types: [packetSealed.type],
    handle: async (tx, { tenantId, data, occurredAt: at }) => {
      const { kind, subjectId, packetId, bundleDigest, endedAt } = z.parse(packetSealed.data, data);
      if (kind !== 'deployment' || endedAt === null || bundleDigest === null) return;
      const deployment = await lockDeployment(tx, subjectId);
      if (deployment?.finishedAt !== endedAt) return;
      const version = await setDeploymentPacket(tx, subjectId, { packetId, bundleDigest, at });
      const { state } = deployment;
      await announceDeployment(deps, tx, tenantId, deployment, { from: state, to: state, version, at });
    },
    // The evidence is in the locker all the same, and lists of it by the id of the deployment find it.
    reset: () => Promise.resolve(),
  };
}
