import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { defineCommand } from '../command.ts';
import { writeOutput } from '../output.ts';
import { collect } from '../server/bytes.ts';
import { SERVER_OPTION } from '../server/server-command.ts';
import { openSession } from '../server/session.ts';

export const command = defineCommand({
  description: 'Keep it: with it, capsules and evidence of this tenant are verified offline.',
  arguments: [],
  options: {
    server: SERVER_OPTION,
    output: { type: 'text', value: 'FILE', summary: 'the file to write', default: 'stella.trusted-root.json' },
  },
  examples: ['stella trust get --output stella.trusted-root.json'],
  exits: { 3: 'not logged in, or not allowed', 10: 'the server may answer later' },
  async run(context, _args, options) {
    const session = await openSession(context, options.server);
    const { body } = await session.client(ATTESTOR_ROUTES).getTrust({});
    const bytes = await collect(body);
    await writeOutput(options.output, bytes, context);
    return { render: { table: () => `${options.output}: keys and log of ${session.server}\n` } };
  },
});
