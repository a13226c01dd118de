import { openPeers, type Peers } from '@stella-ops/platform/peers';
import {
  chooseServices,
  type Logger,
  openMasterKey,
  systemClock,
  systemRandomness,
} from '@stella-ops/platform/runtime';
import { fail } from './errors.ts';
import { SERVICES } from './services.ts';

/** Which part of the product a process is. */
export interface ProcessRoles {
  /** Ids of the services that run in it. */
  readonly services: readonly string[];
  readonly isWhole: boolean;
  /** It takes requests of people and programs: the console, the API, the issuer. One that does not answers processes only. */
  readonly isFront: boolean;
}

/**
 * @param roles service ids, or `all`
 * @throws AppError `ROLE_UNKNOWN`
 */
export function rolesOf(roles: readonly string[]): ProcessRoles {
  const services = chooseServices(SERVICES, roles).map(({ id }) => id);
  return { services, isWhole: services.length === SERVICES.length, isFront: services.includes('authority') };
}

/**
 * The ways from one process of an installation to the others; `undefined` for one that runs everything.
 *
 * @param addresses service → `https://host:port`
 * @throws AppError `ROLES_NEED_DATABASE`, `PEERS_MISSING`, `MASTER_KEY_INVALID`
 */
export async function peersOf(
  { services, isWhole, isFront }: ProcessRoles,
  addresses: Readonly<Record<string, string | undefined>>,
  options: { readonly masterKeyFile: string; readonly hasPostgres: boolean; readonly logger: Logger },
): Promise<Peers | undefined> {
  if (isWhole) return undefined;
  if (!options.hasPostgres) throw fail('ROLES_NEED_DATABASE', 'the embedded database lets one process in');
  const elsewhere = SERVICES.map(({ id }) => id).filter((id) => !services.includes(id));
  const missing = elsewhere.filter((id) => addresses[id] === undefined);
  // Other processes need only those that they ask; a call to one without an address says so.
  if (isFront && missing.length > 0) throw fail('PEERS_MISSING', `it is not said where ${missing.join(', ')} run`);
  return openPeers({
    masterKey: openMasterKey(options.masterKeyFile, systemRandomness),
    services,
    addresses: Object.fromEntries(
      elsewhere.flatMap((id) => (addresses[id] === undefined ? [] : [[id, addresses[id]] as const])),
    ),
    clock: systemClock,
    randomness: systemRandomness,
    failed: (error) => options.logger.warn('The certificate of the port for processes was not renewed', { error }),
  });
}
