import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { defineCommand, formatOption } from '../command.ts';
import { fail } from '../errors.ts';
import { writeOutput } from '../output.ts';
import { collectExactly } from '../server/download-command.ts';
import { SERVER_EXITS, SERVER_OPTION } from '../server/server-command.ts';
import { openSession } from '../server/session.ts';

export const command = defineCommand({
  description:
    'The index file of a snapshot. Afterwards no server is needed: "stella findings match" and "stella decide" take it as\n' +
    '--advisories.',
  arguments: [],
  options: {
    server: SERVER_OPTION,
    snapshot: { type: 'text', value: 'ID', summary: 'which snapshot (default: the current one)' },
    output: { type: 'text', value: 'FILE', summary: 'the file to write', default: 'advisories.idx' },
    format: formatOption('table', 'json'),
  },
  examples: ['stella advisories index --output advisories.idx'],
  exits: SERVER_EXITS,
  async run(context, _args, options) {
    const concelier = (await openSession(context, options.server)).client(CONCELIER_ROUTES);
    const snapshot =
      options.snapshot === undefined
        ? (await concelier.listSnapshots({ query: { limit: 1 } })).body.items[0]
        : (await concelier.getSnapshot({ params: { snapshotId: options.snapshot } })).body;
    if (snapshot === undefined) {
      throw fail('NAME_UNKNOWN', 'there is no snapshot yet', { hint: 'Make one with "stella advisories snapshot".' });
    }
    const { id: snapshotId, indexDigest, digest, records } = snapshot;
    context.progress(`downloading ${snapshot.sizeBytes} bytes`);
    const { body } = await concelier.downloadSnapshot({ params: { snapshotId } });
    const bytes = await collectExactly(body, indexDigest);
    await writeOutput(options.output, bytes, context);
    const value = { file: options.output, snapshot: snapshotId, digest, indexDigest, records, sizeBytes: bytes.length };
    return {
      render: {
        table: () => `${options.output}: ${bytes.length} bytes, ${records} records, snapshot ${digest}\n`,
        json: () => `${JSON.stringify(value, null, 2)}\n`,
      },
    };
  },
});
