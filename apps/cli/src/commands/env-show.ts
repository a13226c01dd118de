import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { environmentLines } from '../server/environment-lines.ts';
import { findEnvironment } from '../server/find-by-name.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  arguments: [{ name: 'name', summary: 'name or id', arity: 'one' }],
  examples: ['stella env show prod'],
  async run(session, [name = '']) {
    const one = await findEnvironment(session.client(RELEASES_ROUTES), name);
    return showOne(one, environmentLines(one));
  },
});
