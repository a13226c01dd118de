import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { fail } from '../errors.ts';
import { writeOutput } from '../output.ts';
import { parseDuration } from '../server/duration.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description:
    'The token acts as you, and never may more than you may when it is used. It is given out this once: to a file that only\n' +
    'you can read with --token-file, else on standard output.',
  arguments: [{ name: 'name', summary: 'what it is for', arity: 'one' }],
  options: {
    scope: { type: 'list', value: 'SCOPE', summary: 'what it may do, such as scanner.scan' },
    expires: { type: 'text', value: 'TIME', summary: 'how long it lives: 12h, 30d, at most 365d', default: '90d' },
    'token-file': { type: 'text', value: 'FILE', summary: 'write the token alone to FILE, and do not print it' },
  },
  examples: [
    'stella token create laptop --scope scanner.scan --scope scanner.read --expires 30d',
    'stella token create ci --scope release.write --token-file ci.token',
  ],
  async run(session, [name = ''], options, context) {
    if (options.scope.length === 0)
      throw fail('USAGE', 'name at least one --scope', { hint: 'See the scope reference.' });
    const expiresAt = parseDuration(options.expires, context);
    const { body } = await session.client(AUTHORITY_ROUTES).createToken({
      body: { name, scopes: options.scope, expiresAt },
    });
    const file = options['token-file'];
    if (file !== undefined) await writeOutput(file, `${body.secret}\n`, context, 0o600);
    return showOne(file === undefined ? body : { token: body.token }, [
      ['token', file === undefined ? body.secret : `in ${file}`],
      ['id', body.token.id],
      ['scopes', body.token.scopes.join(' ')],
      ['expires', body.token.expiresAt],
    ]);
  },
});
