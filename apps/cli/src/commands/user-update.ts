import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { fail } from '../errors.ts';
import { findUser } from '../server/find-user.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne, yesNo } from '../server/show.ts';

export const command = defineServerCommand({
  arguments: [{ name: 'name', summary: 'user name', arity: 'one' }],
  options: {
    role: { type: 'list', value: 'ROLE', summary: 'roles that the user shall have, in place of the present ones' },
    'display-name': { type: 'text', value: 'TEXT', summary: 'name as people write it' },
    active: { type: 'choice', choices: ['yes', 'no'], summary: 'whether the account may be used' },
  },
  examples: ['stella user update rosa --active no', 'stella user update sam --role approver --role auditor'],
  async run(session, [name = ''], options) {
    const authority = session.client(AUTHORITY_ROUTES);
    const user = await findUser(authority, name);
    const change = {
      ...(options.role.length === 0 ? {} : { roles: options.role }),
      ...(options['display-name'] === undefined ? {} : { displayName: options['display-name'] }),
      ...(options.active === undefined ? {} : { isActive: options.active === 'yes' }),
    };
    if (Object.keys(change).length === 0) throw fail('USAGE', 'nothing to change was named');
    const seen = await authority.getUser({ params: { userId: user.id } });
    const { body } = await authority.updateUser(
      { params: { userId: user.id }, body: change },
      { ifMatch: seen.header('etag') ?? '' },
    );
    return showOne(body, [
      ['user', body.name],
      ['roles', body.roles.join(', ')],
      ['active', yesNo(body.isActive)],
    ]);
  },
});
