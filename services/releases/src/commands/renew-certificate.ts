import type { Input } from '@stella-ops/contracts';
import type { AGENT_ROUTES } from '@stella-ops/contracts/deployments';
import type { RequestContext } from '@stella-ops/platform/http';
import { announceAgent } from '../deployment/announce.ts';
import type { Deps } from '../deps.ts';
import { requireAgent } from '../person.ts';
import { insertCertificate } from '../store/agent-certificates.ts';
import type { Tx } from '../store/tx.ts';

/** Gives an agent its next certificate. The one before ends soon after this one is first used, not before. */
export async function renewCertificate(
  deps: Deps,
  { body }: Input<typeof AGENT_ROUTES.renew>,
  context: RequestContext,
) {
  const { id, name, tenantId } = requireAgent(context.caller);
  const issued = await deps.authority.issue(body.csr, { id, name, tenantId }, deps.config.agentCertificateDays);
  return deps.host.change(context, async (tx: Tx, change) => {
    const { serial, fingerprint, notBefore, notAfter, certificate } = issued;
    await insertCertificate(tx, tenantId, { agentId: id, serial, fingerprint, notBefore, notAfter });
    await announceAgent(deps, tx, tenantId, { id, name }, 'renewed', change.at);
    change.audit({ type: 'agent', id }, { serial, notAfter });
    return { status: 200 as const, body: { certificate } };
  });
}
