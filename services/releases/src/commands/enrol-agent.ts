import type { Input } from '@stella-ops/contracts';
import type { AGENT_ROUTES } from '@stella-ops/contracts/deployments';
import { digestOf } from '@stella-ops/engine-kernel';
import { announceAgent } from '../deployment/announce.ts';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { insertCertificate } from '../store/agent-certificates.ts';
import { inheritTargets, insertAgent } from '../store/agents.ts';
import { findEnrolment, nameOfEnrolment, useEnrolment } from '../store/enrolments.ts';

/**
 * Exchanges a token for an identity. Whoever has no token learns nothing: not of names, not of tenants. The certificate is
 * made before the token is used up, so a fault of ours does not cost it.
 */
export async function enrolAgent(deps: Deps, { body }: Input<typeof AGENT_ROUTES.enrol>) {
  const { host, ids, authority, config, clock } = deps;
  const tokenDigest = digestOf(body.token);
  const found = await host.database.withRelay((tx) => findEnrolment(tx, tokenDigest, clock.now()), {
    isReadOnly: true,
  });
  if (found === undefined) throw refused();
  const { tenantId } = found;
  const id = ids.uuid();
  const name = await host.database.withTenant(tenantId, (tx) => nameOfEnrolment(tx, found.id), { isReadOnly: true });
  if (name === undefined) throw refused();
  const issued = await authority.issue(body.csr, { id, name, tenantId }, config.agentCertificateDays);
  await host.database.withTenant(tenantId, async (tx) => {
    const at = clock.now();
    if ((await useEnrolment(tx, found.id, at)) === undefined) throw refused();
    const { softwareVersion, platform } = body;
    // Somebody enrolled under the name with another token meanwhile.
    if (!(await insertAgent(tx, tenantId, { id, name, softwareVersion, platform, at }))) throw refused();
    const { serial, fingerprint, notBefore, notAfter } = issued;
    await insertCertificate(tx, tenantId, { agentId: id, serial, fingerprint, notBefore, notAfter });
    await inheritTargets(tx, name, id);
    await announceAgent(deps, tx, tenantId, { id, name }, 'enrolled', at);
    await host.audit(tx, {
      tenantId,
      service: 'releases',
      action: 'deployments.agent.enrol',
      target: { type: 'agent', id },
      details: { name, serial, notAfter, platform },
    });
  });
  const { certificate } = issued;
  return {
    status: 201 as const,
    body: { agentId: id, name, certificate, authority: await authority.certificate() },
  };
}

const refused = () => fail('ENROLMENT_INVALID', 'the token is none, was used, or is over');
