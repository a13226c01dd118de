import { actorOf } from '@stella-ops/contracts';
import type { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import { readPublicKey, trustedLog, writeTrust } from '@stella-ops/engine-envelope';
import type { Handler } from '@stella-ops/platform/http';
import type { ServiceHost } from '@stella-ops/platform/service';
import type { LogReader } from '../log/log-reader.ts';
import { bytesOf } from './bytes-of.ts';

/** The tenant's keys, former ones too, and the log: all that is needed to verify its bundles without this server. */
export function getTrust(host: ServiceHost, reader: LogReader): Handler<typeof ATTESTOR_ROUTES.getTrust> {
  return async (_input, { caller }) => {
    const signer = host.client(SIGNER_ROUTES, {
      tenantId: caller.tenantId,
      service: 'attestor',
      scopes: ['evidence.read'],
      onBehalfOf: actorOf(caller),
    });
    const { keys } = (await signer.listKeys({})).body;
    const trust = writeTrust({
      keys: keys.map(({ publicKeyPem, hint, createdAt, retiredAt }) => ({
        ...readPublicKey(publicKeyPem, hint),
        validFor: { start: createdAt, ...(retiredAt === null ? {} : { end: retiredAt }) },
      })),
      logs: [trustedLog(await reader.identity())],
    });
    return { status: 200, body: bytesOf('application/json', trust) };
  };
}
