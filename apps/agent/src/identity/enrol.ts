import { existsSync } from 'node:fs';
import { createClient } from '@stella-ops/contracts';
import { AGENT_ROUTES } from '@stella-ops/contracts/deployments';
import type { DataFolder } from '../data-folder.ts';
import { fail } from '../errors.ts';
import { httpsTransport } from '../link/https-transport.ts';
import { hostPlatform } from '../system.ts';
import { VERSION } from '../version.ts';
import { checkCertificate, type Identity, writeIdentity } from './identity.ts';
import { makeRequest } from './make-request.ts';
import { pinAuthority } from './pin-authority.ts';

export interface EnrolOptions {
  /** `https://host:port` of the port with mutual TLS. */
  readonly server: string;
  readonly token: string;
  /** `sha256:<hex>` of the certificate authority. */
  readonly authorityFingerprint: string;
}

/**
 * Exchanges an enrolment token for an identity and keeps it. The token is said only to a server whose certificate the pinned
 * authority signed.
 *
 * @throws AppError `AGENT_ENROLLED`, `AUTHORITY_MISMATCH`, `CERTIFICATE_MISMATCH`, `SERVER_UNREACHABLE` and what the server
 *   answers (`ENROLMENT_INVALID`)
 */
export async function enrol(folder: DataFolder, options: EnrolOptions): Promise<Identity> {
  if (existsSync(folder.identity)) {
    throw fail('AGENT_ENROLLED', 'this folder has an identity already', { place: { file: folder.identity } });
  }
  const authority = await pinAuthority(options.server, options.authorityFingerprint);
  const { key, csr } = makeRequest('stella-agent');
  const transport = httpsTransport({ server: options.server, authority });
  try {
    const { body } = await createClient(AGENT_ROUTES, transport).enrol({
      body: { token: options.token, csr, softwareVersion: VERSION, platform: hostPlatform() },
    });
    const identity: Identity = {
      format: 'stella.agent/v1',
      server: options.server,
      agentId: body.agentId,
      name: body.name,
      authority,
      certificate: body.certificate,
      key,
    };
    checkCertificate(identity);
    await writeIdentity(folder.identity, identity);
    return identity;
  } finally {
    transport.close();
  }
}
