import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { fail } from '../errors.ts';
import { environmentLines } from '../server/environment-lines.ts';
import { findEnvironment } from '../server/find-by-name.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'Ends the only freeze, or the one that --freeze names.',
  arguments: [{ name: 'name', summary: 'name or id', arity: 'one' }],
  options: { freeze: { type: 'text', value: 'ID', summary: 'which freeze, when there are several' } },
  examples: ['stella env unfreeze prod'],
  async run(session, [name = ''], options) {
    const releases = session.client(RELEASES_ROUTES);
    const environment = await findEnvironment(releases, name);
    const [only, ...others] = environment.freezes;
    const freezeId = options.freeze ?? (others.length === 0 ? only?.id : undefined);
    if (freezeId === undefined) {
      throw fail('USAGE', only === undefined ? `${environment.name} is not frozen` : 'there are several freezes', {
        hint: 'Name one with --freeze; "stella env show" lists them.',
      });
    }
    const { body } = await releases.deleteFreeze({ params: { environmentId: environment.id, freezeId } });
    return showOne(body, environmentLines(body));
  },
});
