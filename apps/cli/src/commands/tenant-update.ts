import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { fail } from '../errors.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne, yesNo } from '../server/show.ts';
import { firstOf, missing, wholeList } from '../server/whole-list.ts';

export const command = defineServerCommand({
  description: 'Nobody can log in to a tenant that is not active; what it has stays.',
  arguments: [{ name: 'name', summary: 'name or id of the tenant', arity: 'one' }],
  options: {
    'display-name': { type: 'text', value: 'TEXT', summary: 'name as people write it' },
    active: { type: 'choice', choices: ['yes', 'no'], summary: 'whether the tenant may be used' },
  },
  examples: ['stella tenant update acme --display-name "Acme Works"', 'stella tenant update acme --active no'],
  async run(session, [text = ''], options) {
    const change = {
      ...(options['display-name'] === undefined ? {} : { displayName: options['display-name'] }),
      ...(options.active === undefined ? {} : { isActive: options.active === 'yes' }),
    };
    if (Object.keys(change).length === 0) throw fail('USAGE', 'nothing to change was named');
    const authority = session.client(AUTHORITY_ROUTES);
    const all = wholeList((query) => authority.listTenants({ query }));
    const { id, version } =
      (await firstOf(all, (one) => one.name === text || one.id === text)) ??
      missing('tenant', text, 'stella tenant list');
    const { body } = await authority.updateTenant(
      { params: { tenantId: id }, body: change },
      { ifMatch: `"v${version}"` },
    );
    return showOne(body, [
      ['tenant', body.name],
      ['display name', body.displayName],
      ['active', yesNo(body.isActive)],
      ['id', body.id],
    ]);
  },
});
