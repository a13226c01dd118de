import type { Account } from '../verify/accounts.ts';

/** An account as the provider hands it around. */
export interface OidcAccount {
  readonly accountId: string;
  readonly account: Account;
  claims(): { sub: string; tid: string; name: string };
  [key: string]: unknown;
}
