import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { withoutUndefined } from '@stella-ops/engine-kernel';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: {
    limit: LIMIT_OPTION,
    id: { type: 'text', value: 'ID', summary: 'only records with this id or alias' },
    ecosystem: { type: 'text', value: 'NAME', summary: 'only records about this ecosystem, such as PyPI' },
    package: { type: 'text', value: 'NAME', summary: 'only records about this package' },
    'all-versions': { type: 'flag', summary: 'older versions of records too' },
  },
  examples: ['stella advisories list --ecosystem PyPI --package urllib3', 'stella advisories list --id CVE-2021-33503'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (page) =>
        session.client(CONCELIER_ROUTES).listAdvisories({
          query: {
            ...page,
            ...withoutUndefined({ id: options.id, ecosystem: options.ecosystem, package: options.package }),
            versions: options['all-versions'] ? 'all' : 'current',
          },
        }),
      ['ID', 'SOURCE', 'MODIFIED', 'WITHDRAWN', 'PACKAGES', 'ALIASES', 'DIGEST'],
      (one) => [
        one.advisoryId,
        one.source,
        one.modified,
        one.isWithdrawn ? 'yes' : '',
        String(one.packageCount),
        one.aliases.slice(0, 3).join(', '),
        one.digest,
      ],
    ),
});
