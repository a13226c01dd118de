import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { fail } from '../errors.ts';
import { parseDuration } from '../server/duration.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description:
    'The token acts as you, and never may more than you may when it is used. Its secret is shown this once: to a file with\n' +
    '--output, or on standard output.',
  arguments: [{ name: 'name', summary: 'what it is for', arity: 'one' }],
  options: {
    scope: { type: 'list', value: 'SCOPE', summary: 'what it may do, such as scanner.scan' },
    expires: { type: 'text', value: 'TIME', summary: 'how long it lives: 12h, 30d, at most 365d', default: '90d' },
  },
  examples: ['stella token create ci --scope scanner.scan --scope scanner.read --expires 30d'],
  async run(session, [name = ''], options, context) {
    if (options.scope.length === 0)
      throw fail('USAGE', 'name at least one --scope', { hint: 'See the scope reference.' });
    const expiresAt = parseDuration(options.expires, context);
    const { body } = await session.client(AUTHORITY_ROUTES).createToken({
      body: { name, scopes: options.scope, expiresAt },
    });
    return showOne(body, [
      ['token', body.secret],
      ['id', body.token.id],
      ['scopes', body.token.scopes.join(' ')],
      ['expires', body.token.expiresAt],
    ]);
  },
});
