import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { findUser } from '../server/find-user.ts';
import { newPassword } from '../server/new-password.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description:
    'All logins of the user end. The password comes from --password-file, STELLA_NEW_PASSWORD, or is asked for.',
  arguments: [{ name: 'name', summary: 'user name', arity: 'one' }],
  options: {
    'password-file': { type: 'text', value: 'FILE', summary: 'file with the new password; - is standard input' },
  },
  examples: ['stella user password rosa --password-file rosa.txt'],
  async run(session, [name = ''], options, context) {
    const authority = session.client(AUTHORITY_ROUTES);
    const user = await findUser(authority, name);
    const password = await newPassword(options['password-file'], name, context);
    await authority.resetPassword({ params: { userId: user.id }, body: { password } });
    return { value: { user: user.name, isChanged: true }, text: () => `${user.name} has a new password\n` };
  },
});
