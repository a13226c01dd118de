import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { withoutUndefined } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import { findComponent } from '../server/find-by-name.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'Releases that exist keep the repository and digests that they were made with.',
  arguments: [{ name: 'name', summary: 'name or id', arity: 'one' }],
  options: {
    repository: { type: 'text', value: 'NAME', summary: 'registry/repository of its images, without tag' },
    description: { type: 'text', value: 'TEXT', summary: 'what it is' },
  },
  examples: ['stella component update web --repository registry.example/shop/web2'],
  async run(session, [name = ''], options) {
    const change = {
      ...withoutUndefined({ repository: options.repository, description: options.description }),
    };
    if (Object.keys(change).length === 0) throw fail('USAGE', 'nothing to change was named');
    const releases = session.client(RELEASES_ROUTES);
    const { id: componentId } = await findComponent(releases, name);
    const seen = await releases.getComponent({ params: { componentId } });
    const { body } = await releases.updateComponent(
      { params: { componentId }, body: change },
      { ifMatch: seen.header('etag') ?? '' },
    );
    return showOne(body, [
      ['component', body.name],
      ['repository', body.repository],
      ['description', body.description],
      ['id', body.id],
    ]);
  },
});
