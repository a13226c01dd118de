import { fail, type Principal } from '@stella-ops/contracts';
import { fingerprintOf } from '@stella-ops/platform/certificates';
import type { Verified, Verifier } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { later } from '../domain/next-look.ts';
import { findCertificate, type KnownCertificate, noteFirstUse } from '../store/agent-certificates.ts';

/** How long the certificate before still counts once the new one was used: requests under way come to their end. */
const OVERLAP_MS = 5 * 60_000;

/**
 * Who calls on the port with mutual TLS. The handshake has proved that the caller holds the key of its certificate; here
 * the certificate is looked up by its bytes, so only what this installation issued, and did not end, is anybody.
 */
export function agentVerifier({ host, clock }: Pick<Deps, 'host' | 'clock'>): Verifier {
  return {
    async verify(credentials): Promise<Verified> {
      if (credentials.kind === 'local') return { ok: true, principal: credentials.principal };
      const { clientCertificate } = credentials;
      if (clientCertificate === undefined) {
        return { ok: false, error: fail('AUTH_REQUIRED', 'agents show the certificate that they enrolled for') };
      }
      const fingerprint = fingerprintOf(clientCertificate);
      const known = await host.database.withRelay((tx) => findCertificate(tx, fingerprint), { isReadOnly: true });
      const at = clock.now();
      const fault = known === undefined ? 'it is none of this installation' : faultOf(known, at);
      if (known === undefined || fault !== undefined) {
        return { ok: false, error: fail('AUTH_INVALID', `the certificate does not count: ${fault ?? ''}`) };
      }
      if (!known.isUsed) {
        await host.database.withTenant(known.tenantId, (tx) => noteFirstUse(tx, known, at, later(at, OVERLAP_MS)));
      }
      return { ok: true, principal: principalOf(known) };
    },
  };
}

function faultOf({ isRevoked, endsAt, notBefore, notAfter }: KnownCertificate, at: string): string | undefined {
  if (isRevoked) return 'it was revoked';
  if (at >= notAfter) return `it expired at ${notAfter}`;
  if (at < notBefore) return `it begins at ${notBefore}`;
  if (endsAt !== null && at >= endsAt) return 'a newer one took its place';
  return undefined;
}

function principalOf({ agentId, name, tenantId }: KnownCertificate): Principal {
  return { kind: 'agent', id: agentId, name, tenantId, scopes: new Set(['agent.work']) };
}
