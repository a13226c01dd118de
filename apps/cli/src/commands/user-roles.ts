import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { table } from '../render/table.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  examples: ['stella user roles'],
  async run(session) {
    const { body } = await session.client(AUTHORITY_ROUTES).listRoles({});
    return {
      value: body,
      text: () =>
        table(
          ['ROLE', 'MAY'],
          body.roles.map(({ name, summary }) => [name, summary]),
        ),
    };
  },
});
