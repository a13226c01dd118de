import type { Client } from '@stella-ops/contracts';
import type { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { fail } from '../errors.ts';
import { wholeList } from './whole-list.ts';

/**
 * Digest of a record by its own id, where only one source has one of that id; a digest is answered as it is. Aliases do
 * not count: several records have them.
 */
export async function findAdvisory(concelier: Client<typeof CONCELIER_ROUTES>, text: string): Promise<string> {
  if (text.startsWith('sha256:')) return text;
  const list = `stella advisories list --id ${text.slice(0, 100)}`;
  let digest: string | undefined;
  let isAlias = false;
  for await (const one of wholeList((page) => concelier.listAdvisories({ query: { ...page, id: text } }))) {
    if (one.advisoryId !== text) {
      isAlias = true;
      continue;
    }
    if (digest !== undefined) {
      throw fail('USAGE', `several sources have a record "${text.slice(0, 100)}"`, {
        hint: `Name one by its digest; "${list}" has them.`,
      });
    }
    digest = one.digest;
  }
  if (digest !== undefined) return digest;
  throw fail('NAME_UNKNOWN', `there is no record "${text.slice(0, 100)}"`, {
    hint: isAlias ? `It is an alias of others: "${list}" has them.` : 'See "stella advisories list".',
  });
}
