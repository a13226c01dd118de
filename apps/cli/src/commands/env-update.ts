import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { fail } from '../errors.ts';
import { environmentLines } from '../server/environment-lines.ts';
import { findEnvironment } from '../server/find-by-name.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';
import { wholeNumber } from '../server/whole-number.ts';

export const command = defineServerCommand({
  description: 'Promotions that are open have their gates looked at again. Name and place in the order never change.',
  arguments: [{ name: 'name', summary: 'name or id', arity: 'one' }],
  options: {
    approvals: { type: 'text', value: 'N', summary: 'how many people must approve' },
    policy: { type: 'text', value: 'NAME', summary: 'policy pack that judges here' },
    'default-policy': { type: 'flag', summary: 'let the active default judge here' },
    'self-approval': {
      type: 'choice',
      choices: ['yes', 'no'],
      summary: 'whether people may approve what they asked for themselves',
    },
  },
  examples: ['stella env update prod --approvals 2 --policy baseline'],
  async run(session, [name = ''], options) {
    if (options.policy !== undefined && options['default-policy'])
      throw fail('USAGE', 'give --policy or --default-policy, not both');
    const change = {
      ...(options.approvals === undefined ? {} : { requiredApprovals: wholeNumber('approvals', options.approvals) }),
      ...(options.policy === undefined ? {} : { policy: options.policy }),
      ...(options['default-policy'] ? { policy: null } : {}),
      ...(options['self-approval'] === undefined ? {} : { isSeparationOfDuties: options['self-approval'] === 'no' }),
    };
    if (Object.keys(change).length === 0) throw fail('USAGE', 'nothing to change was named');
    const releases = session.client(RELEASES_ROUTES);
    const { id: environmentId } = await findEnvironment(releases, name);
    const seen = await releases.getEnvironment({ params: { environmentId } });
    const { body } = await releases.updateEnvironment(
      { params: { environmentId }, body: change },
      { ifMatch: seen.header('etag') ?? '' },
    );
    return showOne(body, environmentLines(body));
  },
});
