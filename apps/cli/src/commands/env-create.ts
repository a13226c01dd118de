import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { environmentLines } from '../server/environment-lines.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';
import { wholeNumber } from '../server/whole-number.ts';

export const command = defineServerCommand({
  arguments: [{ name: 'name', summary: 'lower-case name', arity: 'one' }],
  options: {
    order: { type: 'text', value: 'N', summary: 'place in the order; promotions go upwards', required: true },
    approvals: { type: 'text', value: 'N', summary: 'how many people must approve', default: '0' },
    policy: { type: 'text', value: 'NAME', summary: 'policy pack that judges here (default: the active default)' },
    'allow-self-approval': { type: 'flag', summary: 'let people approve what they asked for themselves' },
  },
  examples: ['stella env create prod --order 3 --approvals 1 --policy baseline'],
  async run(session, [name = ''], options) {
    const { body } = await session.client(RELEASES_ROUTES).createEnvironment({
      body: {
        name,
        order: wholeNumber('order', options.order),
        requiredApprovals: wholeNumber('approvals', options.approvals),
        isSeparationOfDuties: !options['allow-self-approval'],
        policy: options.policy ?? null,
      },
    });
    return showOne(body, environmentLines(body));
  },
});
