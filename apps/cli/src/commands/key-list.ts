import { SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import { table } from '../render/table.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { shortTime } from '../server/show.ts';

export const command = defineServerCommand({
  description:
    'The public keys of the tenant, former ones too; bundles name them by their hint. --format json has them as PEM;\n' +
    '"stella trust get" has them in the form that verifying takes.',
  examples: ['stella key list'],
  async run(session) {
    const { body } = await session.client(SIGNER_ROUTES).listKeys({});
    const rows = body.keys.map((one) => [
      one.hint,
      one.algorithm,
      one.state,
      shortTime(one.createdAt),
      shortTime(one.retiredAt),
    ]);
    const none = 'no keys yet: the first signature makes one\n';
    return {
      value: body,
      text: () => (rows.length === 0 ? none : table(['HINT', 'ALGORITHM', 'STATE', 'CREATED', 'RETIRED'], rows)),
    };
  },
});
