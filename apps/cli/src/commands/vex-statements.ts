import { EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { shortDigest } from '../render/table.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, showList } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'What documents say, side by side; where they disagree, nothing is decided here.',
  options: {
    limit: LIMIT_OPTION,
    vulnerability: { type: 'text', value: 'ID', summary: 'only about this vulnerability' },
  },
  examples: ['stella vex statements --vulnerability CVE-2021-23337'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (page) =>
        session.client(EXCITITOR_ROUTES).listStatements({
          query: {
            ...page,
            ...(options.vulnerability === undefined ? {} : { vulnerability: options.vulnerability }),
          },
        }),
      ['VULNERABILITY', 'STATUS', 'JUSTIFICATION', 'PRODUCTS', 'DOCUMENT'],
      (one) => [
        one.vulnerability,
        one.status,
        one.justification ?? '',
        one.products.slice(0, 2).join(', ') + (one.productCount > 2 ? ` and ${one.productCount - 2} more` : ''),
        shortDigest(one.documentDigest),
      ],
    ),
});
