import { BlockList, isIP } from 'node:net';

/** From the widest reach to the narrowest. */
export type AddressClass = 'public' | 'private' | 'loopback' | 'link-local';

const RANK: Readonly<Record<AddressClass, number>> = { public: 0, private: 1, loopback: 2, 'link-local': 3 };

function blockList(...ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix = ''] = range.split('/');
    list.addSubnet(network, Number(prefix), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

// RFC 6890 and RFC 4291. 64:ff9b::/96 (RFC 6052), 64:ff9b:1::/48 (RFC 8215) and 2002::/16 (RFC 3056) lead to IPv4 addresses
// of any class, so they count as private.
const LOOPBACK = blockList('127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128');
const LINK_LOCAL = blockList('169.254.0.0/16', 'fe80::/10');
const PRIVATE = blockList(
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '192.0.0.0/24',
  '198.18.0.0/15',
  'fc00::/7',
  'fec0::/10',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2002::/16',
);

/** What kind of network an IP address belongs to; IPv4 inside IPv6 counts as the IPv4 address. */
export function classifyAddress(address: string): AddressClass {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (LOOPBACK.check(address, family)) return 'loopback';
  if (LINK_LOCAL.check(address, family)) return 'link-local';
  return PRIVATE.check(address, family) ? 'private' : 'public';
}

/**
 * Whether a host reached at `from` may send us on to `to`. Nobody may point into a narrower network than its own,
 * and nobody to link-local addresses, where clouds keep their instance secrets.
 */
export function mayLeadTo(from: AddressClass, to: AddressClass): boolean {
  return to !== 'link-local' && RANK[to] <= RANK[from];
}

/** True for names that are this machine by definition, without asking a name server (RFC 6761). */
export function isLoopbackHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0) return LOOPBACK.check(bare, isIP(bare) === 6 ? 'ipv6' : 'ipv4');
  return bare === 'localhost' || bare.endsWith('.localhost');
}
