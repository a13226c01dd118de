import { eachItem } from '@stella-ops/contracts';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { fail } from '../errors.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description: 'It gets no more tokens; those it has end within five minutes.',
  arguments: [{ name: 'name', summary: 'name or id', arity: 'one' }],
  examples: ['stella client remove nightly'],
  async run(session, [text = '']) {
    const authority = session.client(AUTHORITY_ROUTES);
    const page = (cursor: string | undefined) => ({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
    for await (const { id, name } of eachItem(async (cursor) => {
      return (await authority.listClients({ query: page(cursor) })).body;
    })) {
      if (name !== text && id !== text) continue;
      await authority.deleteClient({ params: { clientId: id } });
      return { value: { id, name, isRemoved: true }, text: () => `${name} is removed\n` };
    }
    throw fail('NAME_UNKNOWN', `there is no client "${text.slice(0, 100)}"`, { hint: 'See "stella client list".' });
  },
});
