import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { defineServerCommand } from '../server/server-command.ts';
import { firstOf, missing, wholeList } from '../server/whole-list.ts';

export const command = defineServerCommand({
  description: 'It gets no more tokens; those it has end within five minutes.',
  arguments: [{ name: 'name', summary: 'name or id', arity: 'one' }],
  examples: ['stella client remove nightly'],
  async run(session, [text = '']) {
    const authority = session.client(AUTHORITY_ROUTES);
    const all = wholeList((query) => authority.listClients({ query }));
    const { id, name } =
      (await firstOf(all, (one) => one.name === text || one.id === text)) ??
      missing('client', text, 'stella client list');
    await authority.deleteClient({ params: { clientId: id } });
    return { value: { id, name, isRemoved: true }, text: () => `${name} is removed\n` };
  },
});
