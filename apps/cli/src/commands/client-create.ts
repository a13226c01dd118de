import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { fail } from '../errors.ts';
import { writeOutput } from '../output.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description:
    'For a program that asks for tokens by the client credentials grant. Its secret is given out this once: to a file that\n' +
    'only you can read with --secret-file, else on standard output.',
  arguments: [{ name: 'name', summary: 'lower-case name', arity: 'one' }],
  options: {
    scope: { type: 'list', value: 'SCOPE', summary: 'what it may do, such as scanner.scan' },
    'secret-file': { type: 'text', value: 'FILE', summary: 'write the secret alone to FILE, and do not print it' },
  },
  examples: ['stella client create nightly --scope scanner.scan --scope scanner.read --secret-file nightly.secret'],
  async run(session, [name = ''], options, context) {
    if (options.scope.length === 0)
      throw fail('USAGE', 'name at least one --scope', { hint: 'See the scope reference.' });
    const { body } = await session.client(AUTHORITY_ROUTES).createClient({ body: { name, scopes: options.scope } });
    const file = options['secret-file'];
    if (file !== undefined) await writeOutput(file, `${body.secret}\n`, context, 0o600);
    return showOne(file === undefined ? body : { client: body.client }, [
      ['client', body.client.name],
      ['id', body.client.id],
      ['secret', file === undefined ? body.secret : `in ${file}`],
      ['scopes', body.client.scopes.join(' ')],
    ]);
  },
});
