import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { readInput } from '../input.ts';
import { newPassword } from '../server/new-password.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description:
    'Your own password; this login goes on, all others end. The present one comes from --present-password-file,\n' +
    'STELLA_PASSWORD, or is asked for; the new one from --password-file, STELLA_NEW_PASSWORD, or is asked for.',
  options: {
    'present-password-file': { type: 'text', value: 'FILE', summary: 'file with the present password' },
    'password-file': { type: 'text', value: 'FILE', summary: 'file with the new password; - is standard input' },
  },
  examples: [
    'stella account password',
    'stella account password --present-password-file old.txt --password-file new.txt',
  ],
  async run(session, _args, options, context) {
    const authority = session.client(AUTHORITY_ROUTES);
    const { name } = (await authority.whoami({})).body;
    const present = await presentPassword(options['present-password-file'], name, context);
    const password = await newPassword(options['password-file'], name, context);
    await authority.changePassword({ body: { present, password } });
    return { value: { user: name, isChanged: true }, text: () => `${name} has a new password\n` };
  },
});

async function presentPassword(file: string | undefined, user: string, context: Context): Promise<string> {
  if (file !== undefined) return (await readInput(file, context, 1 << 16)).toString('utf8').replace(/\r?\n$/, '');
  const given = context.env['STELLA_PASSWORD'] ?? (await context.askSecret(`Present password of ${user}: `));
  if (given !== undefined) return given;
  throw fail('PASSWORD_MISSING', 'the present password was not given', {
    hint: 'Name a file with --present-password-file, or set STELLA_PASSWORD.',
  });
}
