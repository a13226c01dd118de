import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { table } from '../render/table.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'Which records speak of the same vulnerability, side by side. Nothing of them is merged.',
  arguments: [{ name: 'vulnerability', summary: 'any of its names', arity: 'one' }],
  examples: ['stella advisories linkset CVE-2021-23337'],
  async run(session, [vulnerability = '']) {
    const { body } = await session.client(CONCELIER_ROUTES).getLinkset({ params: { vulnerability } });
    return showOne(
      body,
      [
        ['vulnerability', body.vulnerability],
        ['names', body.names.join(', ')],
        ['records', `${body.observations.length}${body.isWhole ? '' : ' and more'}`],
      ],
      () =>
        `\n${table(
          ['ID', 'SOURCE', 'MODIFIED', 'WITHDRAWN', 'SUMMARY', 'DIGEST'],
          body.observations.map((one) => [
            one.advisoryId,
            one.source,
            one.modified,
            one.isWithdrawn ? 'yes' : '',
            (one.summary ?? '').slice(0, 80),
            one.digest,
          ]),
        )}`,
    );
  },
});
