import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { fail } from '../errors.ts';
import { releaseText } from '../server/release-text.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description: 'Tags become digests now and never again: what is promoted later is exactly what was resolved here.',
  arguments: [
    { name: 'name', summary: 'lower-case name of the product', arity: 'one' },
    { name: 'version', summary: 'semantic version', arity: 'one' },
  ],
  options: {
    component: { type: 'list', value: 'NAME=IMAGE', summary: 'tag, digest or reference of a component' },
    unverified: { type: 'flag', summary: 'without evidence; never labelled as verified' },
    notes: { type: 'text', value: 'TEXT', summary: 'what is new', default: '' },
  },
  examples: ['stella release create shop 1.2.0 --component web=1.2.0 --component api=1.2.0'],
  async run(session, [name = '', version = ''], options) {
    const components = options.component.map((text) => {
      const at = text.indexOf('=');
      if (at < 1 || at === text.length - 1) {
        throw fail('USAGE', `--component takes NAME=IMAGE, not "${text.slice(0, 100)}"`);
      }
      return { component: text.slice(0, at), image: text.slice(at + 1) };
    });
    if (components.length === 0) throw fail('USAGE', 'name at least one --component');
    const { body } = await session.client(RELEASES_ROUTES).createRelease({
      body: { name, version, components, notes: options.notes, mode: options.unverified ? 'unverified' : 'verified' },
    });
    return { value: body, text: () => releaseText(body) };
  },
});
