import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { findComponent } from '../server/find-by-name.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { shortTime, showOne } from '../server/show.ts';

export const command = defineServerCommand({
  arguments: [{ name: 'name', summary: 'name or id', arity: 'one' }],
  examples: ['stella component show web'],
  async run(session, [name = '']) {
    const one = await findComponent(session.client(RELEASES_ROUTES), name);
    return showOne(one, [
      ['component', one.name],
      ['repository', one.repository],
      ['description', one.description],
      ['created', shortTime(one.createdAt)],
      ['id', one.id],
    ]);
  },
});
