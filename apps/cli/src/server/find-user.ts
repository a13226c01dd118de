import { type Client, eachItem } from '@stella-ops/contracts';
import type { AUTHORITY_ROUTES, User } from '@stella-ops/contracts/authority';
import { fail } from '../errors.ts';

export async function findUser(authority: Client<typeof AUTHORITY_ROUTES>, name: string): Promise<User> {
  const query = (cursor: string | undefined) => ({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
  for await (const user of eachItem(async (cursor) => (await authority.listUsers({ query: query(cursor) })).body)) {
    if (user.name === name || user.id === name) return user;
  }
  throw fail('NAME_UNKNOWN', `there is no user "${name.slice(0, 100)}"`, { hint: 'See "stella user list".' });
}
