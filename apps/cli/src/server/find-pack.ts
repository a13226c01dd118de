import type { Client } from '@stella-ops/contracts';
import type { POLICY_ROUTES, PolicyPack } from '@stella-ops/contracts/policy';
import { firstOf, missing, wholeList } from './whole-list.ts';

/** What {@link findPack} takes. */
export const PACK_ARGUMENT = {
  name: 'policy',
  summary: 'name for the active version, name@version, or digest or its first 12 digits',
  arity: 'one',
} as const;

/** Which pack judges, where a command lets one choose. */
export const POLICY_OPTION = {
  type: 'text',
  value: 'NAME',
  summary: 'published pack, its active version (default: the active default)',
} as const;

export async function findPack(policy: Client<typeof POLICY_ROUTES>, text: string): Promise<PolicyPack> {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return (await policy.getPack({ params: { policyDigest: text } })).body;
  // A version has no "@", a name may.
  const split = text.lastIndexOf('@');
  const [name, version] = split > 0 ? [text.slice(0, split), text.slice(split + 1)] : [text, undefined];
  const isShort = /^[0-9a-f]{12,64}$/.test(text);
  const all = wholeList((page) => policy.listPacks({ query: { ...page, ...(isShort ? {} : { name }) } }));
  const found = await firstOf(all, (one) => {
    if (isShort) return one.digest.startsWith(`sha256:${text}`);
    return version === undefined ? one.name === text && one.isActive : one.name === name && one.version === version;
  });
  return found ?? missing('policy pack', text, 'stella policy list');
}
