import type { TlsIdentity, Verifier } from '../http/index.ts';
import type { MasterKey, Randomness, SystemClock } from '../runtime/index.ts';
import { PeerAuthority } from './peer-authority.ts';
import { peerVerifier } from './peer-principal.ts';
import { PeerWire } from './peer-wire.ts';

const LOOK_EVERY_MS = 3_600_000;
const RENEW_BEFORE_MS = 10 * 86_400_000;

export interface PeersOptions {
  readonly masterKey: MasterKey;
  /** Services of this process. */
  readonly services: readonly string[];
  /** Services of other processes → `https://host:port` of their port for processes. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly clock: SystemClock;
  readonly randomness: Randomness;
  failed(error: unknown): void;
}

/** The other processes of an installation: how to reach their services, and who may reach those of this one. */
export interface Peers {
  /** By service. */
  readonly wires: ReadonlyMap<string, PeerWire>;
  readonly verifier: Verifier;
  /** Of this process' own port. */
  readonly identity: TlsIdentity;
  /** Calls back with each new certificate of this process. */
  onRenewed(callback: (identity: TlsIdentity) => void): void;
  close(): void;
}

export async function openPeers(options: PeersOptions): Promise<Peers> {
  const authority = await PeerAuthority.open(options.masterKey, options);
  let identity = await authority.identity(options.services);
  const wires = new Map(
    Object.entries(options.addresses).map(([service, url]) => [service, new PeerWire(service, url, identity)]),
  );
  const callbacks = new Set<(identity: TlsIdentity) => void>();
  const renew = async (): Promise<void> => {
    if (Date.parse(identity.notAfter) - Date.parse(options.clock.now()) > RENEW_BEFORE_MS) return;
    identity = await authority.identity(options.services);
    for (const wire of wires.values()) wire.renew(identity);
    for (const callback of callbacks) callback(identity);
  };
  const timer = setInterval(() => void renew().catch((error: unknown) => options.failed(error)), LOOK_EVERY_MS);
  timer.unref();
  return {
    wires,
    verifier: peerVerifier(authority),
    get identity() {
      return identity;
    },
    onRenewed: (callback) => void callbacks.add(callback),
    close: () => {
      clearInterval(timer);
      for (const wire of wires.values()) wire.close();
    },
  };
}
