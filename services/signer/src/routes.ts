import { SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import { type Endpoint, handle } from '@stella-ops/platform/http';
import type { ServiceHost } from '@stella-ops/platform/service';
import { sign } from './commands/sign.ts';
import type { KeyRing } from './domain/key-ring.ts';
import type { SignerMetrics } from './metrics.ts';
import { listSigningKeys } from './queries/list-signing-keys.ts';

export function signerEndpoints(host: ServiceHost, keys: KeyRing, record: SignerMetrics): readonly Endpoint[] {
  return [
    handle(SIGNER_ROUTES.sign, sign({ host, keys, record })),
    handle(SIGNER_ROUTES.listKeys, listSigningKeys(host)),
  ];
}
