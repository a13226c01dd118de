import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  arguments: [
    { name: 'name', summary: 'lower-case name', arity: 'one' },
    { name: 'repository', summary: 'registry/repository of its images, without tag', arity: 'one' },
  ],
  options: { description: { type: 'text', value: 'TEXT', summary: 'what it is', default: '' } },
  examples: ['stella component create web registry.example/shop/web'],
  async run(session, [name = '', repository = ''], options) {
    const { body } = await session.client(RELEASES_ROUTES).createComponent({
      body: { name, repository, description: options.description },
    });
    return showOne(body, [
      ['component', body.name],
      ['repository', body.repository],
      ['id', body.id],
    ]);
  },
});
