import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { newPassword } from '../server/new-password.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description: "The administrator's password comes from --password-file, STELLA_NEW_PASSWORD, or is asked for.",
  arguments: [{ name: 'name', summary: 'lower-case name', arity: 'one' }],
  options: {
    'display-name': { type: 'text', value: 'TEXT', summary: 'name as people write it (default: the name)' },
    admin: { type: 'text', value: 'USER', summary: 'user name of its first administrator', default: 'admin' },
    'password-file': { type: 'text', value: 'FILE', summary: 'file with the password; - is standard input' },
  },
  examples: ['stella tenant create acme --admin ada --password-file ada.txt'],
  async run(session, [name = ''], options, context) {
    const password = await newPassword(options['password-file'], options.admin, context);
    const { body } = await session.client(AUTHORITY_ROUTES).createTenant({
      body: {
        name,
        displayName: options['display-name'] ?? name,
        administrator: { name: options.admin, password },
      },
    });
    return showOne(body, [
      ['tenant', body.name],
      ['id', body.id],
      ['administrator', options.admin],
    ]);
  },
});
