import type { Client } from '@stella-ops/contracts';
import type { AUTHORITY_ROUTES, User } from '@stella-ops/contracts/authority';
import { firstOf, missing, wholeList } from './whole-list.ts';

export async function findUser(authority: Client<typeof AUTHORITY_ROUTES>, name: string): Promise<User> {
  const all = wholeList((query) => authority.listUsers({ query }));
  return (
    (await firstOf(all, (user) => user.name === name || user.id === name)) ?? missing('user', name, 'stella user list')
  );
}
