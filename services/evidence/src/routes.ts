import { Id } from '@stella-ops/contracts';
import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { AUDIT_MEDIA_TYPE, CAPSULE_MEDIA_TYPE } from '@stella-ops/engine-capsule';
import { BUNDLE_MEDIA_TYPE } from '@stella-ops/engine-envelope';
import { type Endpoint, handle, openPage } from '@stella-ops/platform/http';
import { exportAudit } from './commands/export-audit.ts';
import { sealDecisionNow } from './commands/seal-decision-now.ts';
import { openAuditPackage } from './queries/open-audit-package.ts';
import { openEvidence } from './queries/open-evidence.ts';
import { knownPacket } from './queries/known-packet.ts';
import type { Sealing } from './sealing.ts';
import { listAuditExports } from './store/audit-exports.ts';
import { hasCapsule, listPackets } from './store/packets.ts';
import { fail } from './errors.ts';

export function evidenceEndpoints(sealing: Sealing): readonly Endpoint[] {
  const { host } = sealing;
  return [
    handle(EVIDENCE_ROUTES.listPackets, async ({ query }, { caller }) => {
      const page = openPage(query, Id);
      const rows = await host.database.withTenant(
        caller.tenantId,
        (tx) => listPackets(tx, query, { before: page.after, take: page.take }),
        { isReadOnly: true },
      );
      return { status: 200, body: page.close(rows, ({ id }) => id) };
    }),
    handle(EVIDENCE_ROUTES.getPacket, async ({ params }, { caller }) => ({
      status: 200,
      body: await knownPacket(host, caller.tenantId, params.packetId),
    })),
    handle(EVIDENCE_ROUTES.getBundle, async ({ params }, { caller }) => {
      const { bundleDigest } = await knownPacket(host, caller.tenantId, params.packetId);
      const content = await openEvidence(host, caller.tenantId, 'evidence', bundleDigest);
      return { status: 200, body: { contentType: BUNDLE_MEDIA_TYPE, content } };
    }),
    handle(EVIDENCE_ROUTES.getCapsule, async ({ params: { capsuleDigest } }, { caller }) => {
      const isKnown = await host.database.withTenant(caller.tenantId, (tx) => hasCapsule(tx, capsuleDigest), {
        isReadOnly: true,
      });
      if (!isKnown) throw fail('NOT_FOUND', `there is no capsule ${capsuleDigest}`);
      const content = await openEvidence(host, caller.tenantId, 'capsules', capsuleDigest);
      return { status: 200, body: { contentType: CAPSULE_MEDIA_TYPE, content } };
    }),
    handle(EVIDENCE_ROUTES.sealDecision, ({ body }, context) => sealDecisionNow(sealing, body.decisionId, context)),
    handle(EVIDENCE_ROUTES.exportAudit, ({ body }, context) => exportAudit(sealing, body, context)),
    handle(EVIDENCE_ROUTES.listAuditExports, async ({ query }, { caller }) => {
      const page = openPage(query, Id);
      const rows = await host.database.withTenant(
        caller.tenantId,
        (tx) => listAuditExports(tx, { before: page.after, take: page.take }),
        { isReadOnly: true },
      );
      return { status: 200, body: page.close(rows, ({ id }) => id) };
    }),
    handle(EVIDENCE_ROUTES.getAuditPackage, async ({ params }, { caller }) => {
      const content = await openAuditPackage(host, caller.tenantId, params.exportId);
      return { status: 200, body: { contentType: AUDIT_MEDIA_TYPE, content } };
    }),
  ];
}
