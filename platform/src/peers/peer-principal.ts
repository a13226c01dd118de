import { fail, parseScope, type Principal, type Scope } from '@stella-ops/contracts';
import * as z from 'zod';
import type { Verified, Verifier } from '../http/index.ts';
import type { PeerAuthority } from './peer-authority.ts';

/** Who calls, as the process says that took the request from outside. Counts on the port for processes only. */
export const PRINCIPAL_HEADER = 'stella-principal';

const PrincipalText = z.strictObject({
  kind: z.enum(['user', 'client', 'service']),
  id: z.string().min(1).max(200),
  name: z.string().max(500),
  tenantId: z.uuid(),
  scopes: z.array(z.string().max(100)).max(500),
  onBehalfOf: z.string().min(1).max(200).optional(),
});

/** JSON in base64url: names are not ASCII. */
export function writePrincipal(principal: Principal): string {
  return Buffer.from(JSON.stringify({ ...principal, scopes: [...principal.scopes] })).toString('base64url');
}

function readPrincipal(text: string): Principal | undefined {
  try {
    const { onBehalfOf, scopes, ...who } = z.parse(
      PrincipalText,
      JSON.parse(Buffer.from(text, 'base64url').toString('utf8')),
    );
    // A scope that this version does not know opens nothing here.
    const known = scopes.map(parseScope).filter((scope): scope is Scope => scope !== undefined);
    return { ...who, scopes: new Set(known), ...(onBehalfOf === undefined ? {} : { onBehalfOf }) };
  } catch {
    return undefined;
  }
}

/**
 * Who calls on the port for processes: the process proves by its certificate that it belongs to the installation, and is
 * then believed whom it speaks for; it could read the database as well.
 */
export function peerVerifier(authority: PeerAuthority): Verifier {
  return {
    verify(credentials): Promise<Verified> {
      if (credentials.kind === 'local') return Promise.resolve({ ok: true, principal: credentials.principal });
      const { clientCertificate } = credentials;
      if (clientCertificate === undefined) {
        return refused('AUTH_REQUIRED', 'processes of the installation show their certificate');
      }
      const fault = authority.faultOf(clientCertificate);
      if (fault !== undefined) return refused('AUTH_INVALID', `the certificate does not count: ${fault}`);
      const principal = readPrincipal(credentials.header(PRINCIPAL_HEADER) ?? '');
      if (principal === undefined) return refused('AUTH_INVALID', `the header ${PRINCIPAL_HEADER} cannot be read`);
      return Promise.resolve({ ok: true, principal });
    },
  };
}

function refused(code: 'AUTH_REQUIRED' | 'AUTH_INVALID', message: string): Promise<Verified> {
  return Promise.resolve({ ok: false, error: fail(code, message) });
}
