import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { readCheckpoint } from '../checkpoint.ts';
import { fail } from '../errors.ts';
import { collect } from '../server/bytes.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description:
    'The signed note (C2SP tlog-checkpoint) as it is: name of the log, number of entries, root. Keep it: from it\n' +
    '"stella log consistency" shows later whether anything was taken out or changed.',
  examples: ['stella log checkpoint --output monday.checkpoint'],
  async run(session) {
    const { body } = await session.client(ATTESTOR_ROUTES).getCheckpoint({});
    const note = (await collect(body)).toString('utf8');
    const read = readCheckpoint('checkpoint', note, undefined);
    if (!read.ok) throw fail('SERVER_FOREIGN', read.check.detail);
    const { origin, size, root } = read.checkpoint;
    const value = { origin, size: Number(size), root: root.toString('base64'), note };
    return { value, text: () => note };
  },
});
