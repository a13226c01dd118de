import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { readInput } from '../input.ts';

/** A password for somebody: from a file, from `STELLA_NEW_PASSWORD`, or asked for twice on the terminal. */
export async function newPassword(file: string | undefined, user: string, context: Context): Promise<string> {
  if (file !== undefined) return (await readInput(file, context, 1 << 16)).toString('utf8').replace(/\r?\n$/, '');
  const given = context.env['STELLA_NEW_PASSWORD'];
  if (given !== undefined) return given;
  const first = await context.askSecret(`New password of ${user}: `);
  if (first === undefined) {
    throw fail('PASSWORD_MISSING', 'no password was given', {
      hint: 'Name a file with --password-file, or set STELLA_NEW_PASSWORD.',
    });
  }
  if ((await context.askSecret('The same again: ')) !== first) throw fail('USAGE', 'the two passwords differ');
  return first;
}
