import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  arguments: [{ name: 'id', summary: 'id of the token', arity: 'one' }],
  examples: ['stella token revoke 0199a1b2-0000-7000-8000-000000000001'],
  async run(session, [tokenId = '']) {
    await session.client(AUTHORITY_ROUTES).revokeToken({ params: { tokenId } });
    return { value: { id: tokenId, isRevoked: true }, text: () => `${tokenId} is revoked\n` };
  },
});
