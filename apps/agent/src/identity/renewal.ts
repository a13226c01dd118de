import type { DataFolder } from '../data-folder.ts';
import type { Link } from '../link/link.ts';
import { Backoff } from '../link/backoff.ts';
import { errorFields, type Log } from '../log.ts';
import { pauseUntil } from '../pause.ts';
import type { System } from '../system.ts';
import { checkCertificate, type Identity, lifeOf, writeIdentity } from './identity.ts';
import { makeRequest } from './make-request.ts';

export interface RenewalOptions {
  readonly folder: DataFolder;
  readonly link: Link;
  readonly system: System;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** When the next certificate is asked for: two thirds of a life leave a third for a server that is away. */
export function renewsAtMs(certificate: string): number {
  const { beginsAtMs, endsAtMs } = lifeOf(certificate);
  return beginsAtMs + ((endsAtMs - beginsAtMs) * 2) / 3;
}

/** Renews the certificate at two thirds of its life, each time with a new key, until the signal is aborted. */
export async function keepRenewed(first: Identity, options: RenewalOptions): Promise<void> {
  const { system, signal, log } = options;
  const backoff = new Backoff(system);
  let identity = first;
  for (;;) {
    await pauseUntil(renewsAtMs(identity.certificate), system, signal);
    if (signal.aborted) return;
    try {
      identity = await renew(identity, options);
      backoff.reset();
      log.info('The certificate was renewed', {
        endsAt: new Date(lifeOf(identity.certificate).endsAtMs).toISOString(),
      });
    } catch (error) {
      if (signal.aborted) return;
      log.warn('The certificate could not be renewed', errorFields(error));
      await backoff.pause(signal);
    }
  }
}

async function renew(identity: Identity, { folder, link, signal }: RenewalOptions): Promise<Identity> {
  const { key, csr } = makeRequest(identity.name);
  const { body } = await link.routes.renew({ body: { csr } }, { signal });
  const renewed: Identity = { ...identity, key, certificate: body.certificate };
  checkCertificate(renewed);
  // First on disk: the old certificate ends soon after the new one is first used.
  await writeIdentity(folder.identity, renewed);
  link.use(renewed);
  return renewed;
}
