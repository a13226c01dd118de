import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { newPassword } from '../server/new-password.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'The password comes from --password-file, STELLA_NEW_PASSWORD, or is asked for.',
  arguments: [{ name: 'name', summary: 'lower-case user name', arity: 'one' }],
  options: {
    'display-name': { type: 'text', value: 'TEXT', summary: 'name as people write it (default: the user name)' },
    email: { type: 'text', value: 'ADDRESS', summary: 'mail address' },
    role: { type: 'list', value: 'ROLE', summary: 'role to give ("stella user roles" lists them)' },
    'password-file': { type: 'text', value: 'FILE', summary: 'file with the password; - is standard input' },
  },
  examples: ['stella user create rosa --role release-manager --password-file rosa.txt'],
  async run(session, [name = ''], options, context) {
    const password = await newPassword(options['password-file'], name, context);
    const { body } = await session.client(AUTHORITY_ROUTES).createUser({
      body: {
        name,
        displayName: options['display-name'] ?? name,
        ...(options.email === undefined ? {} : { email: options.email }),
        roles: options.role,
        password,
      },
    });
    return showOne(body, [
      ['user', body.name],
      ['id', body.id],
      ['roles', body.roles.join(', ')],
    ]);
  },
});
