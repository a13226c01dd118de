import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { type Endpoint, handle } from '@stella-ops/platform/http';
import { appendEntry } from './commands/append-entry.ts';
import { attest, type CommandParts } from './commands/attest.ts';
import { getTrust } from './queries/get-trust.ts';
import { getCheckpoint, getConsistency, getEntry } from './queries/read-log.ts';

export function attestorEndpoints(parts: CommandParts): readonly Endpoint[] {
  const { host, reader } = parts;
  return [
    handle(ATTESTOR_ROUTES.attest, attest(parts)),
    handle(ATTESTOR_ROUTES.appendEntry, appendEntry(parts)),
    handle(ATTESTOR_ROUTES.getCheckpoint, getCheckpoint(reader)),
    handle(ATTESTOR_ROUTES.getEntry, getEntry(host, reader)),
    handle(ATTESTOR_ROUTES.getConsistency, getConsistency(reader)),
    handle(ATTESTOR_ROUTES.getTrust, getTrust(host, reader)),
  ];
}
