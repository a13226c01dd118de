import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: { limit: LIMIT_OPTION },
  examples: ['stella token list'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (query) => session.client(AUTHORITY_ROUTES).listTokens({ query }),
      ['ID', 'NAME', 'OWNER', 'SCOPES', 'EXPIRES', 'LAST USED', 'STATE'],
      (token) => [
        token.id,
        token.name,
        token.ownerName,
        token.scopes.join(' '),
        shortTime(token.expiresAt),
        shortTime(token.lastUsedAt),
        token.isRevoked ? 'revoked' : 'valid',
      ],
    ),
});
