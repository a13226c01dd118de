import { SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import { type Endpoint, handle } from '@stella-ops/platform/http';
import type { ServiceHost } from '@stella-ops/platform/service';
import { rotateKey } from './commands/rotate-key.ts';
import { sign, type SignParts } from './commands/sign.ts';
import { listSigningKeys } from './queries/list-signing-keys.ts';

export function signerEndpoints(host: ServiceHost, parts: SignParts): readonly Endpoint[] {
  return [
    handle(SIGNER_ROUTES.sign, sign(parts)),
    handle(SIGNER_ROUTES.listKeys, listSigningKeys(host)),
    handle(SIGNER_ROUTES.rotateKey, rotateKey(host, parts)),
  ];
}
