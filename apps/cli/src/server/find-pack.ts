import { type Client, eachItem } from '@stella-ops/contracts';
import type { POLICY_ROUTES, PolicyPack } from '@stella-ops/contracts/policy';
import { fail } from '../errors.ts';

/** What {@link findPack} takes. */
export const PACK_ARGUMENT = {
  name: 'policy',
  summary: 'name for the active version, name@version, or digest or its first 12 digits',
  arity: 'one',
} as const;

export async function findPack(policy: Client<typeof POLICY_ROUTES>, text: string): Promise<PolicyPack> {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return (await policy.getPack({ params: { policyDigest: text } })).body;
  // A version has no "@", a name may.
  const split = text.lastIndexOf('@');
  const [name, version] = split > 0 ? [text.slice(0, split), text.slice(split + 1)] : [text, undefined];
  const isShort = /^[0-9a-f]{12,64}$/.test(text);
  const page = (cursor: string | undefined) => ({
    limit: 200,
    ...(isShort ? {} : { name }),
    ...(cursor === undefined ? {} : { cursor }),
  });
  for await (const one of eachItem(async (cursor) => (await policy.listPacks({ query: page(cursor) })).body)) {
    const isIt =
      version === undefined ? one.name === text && one.isActive : one.name === name && one.version === version;
    if (isShort ? one.digest.startsWith(`sha256:${text}`) : isIt) return one;
  }
  throw fail('NAME_UNKNOWN', `there is no policy pack "${text.slice(0, 100)}"`, { hint: 'See "stella policy list".' });
}
