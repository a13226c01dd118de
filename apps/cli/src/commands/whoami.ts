import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  examples: ['stella whoami'],
  async run(session) {
    const { body } = await session.client(AUTHORITY_ROUTES).whoami({});
    return showOne(body, [
      ['user', `${body.name} (${body.kind})`],
      ['tenant', body.tenant.name],
      ['roles', body.roles.join(', ')],
      ['scopes', body.scopes.join(' ')],
      ['server', session.server],
    ]);
  },
});
