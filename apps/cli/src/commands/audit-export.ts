import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { verifyAudit } from '@stella-ops/engine-capsule';
import { digestOf, withoutUndefined } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import { defineCommand, formatOption } from '../command.ts';
import { writeOutput } from '../output.ts';
import { columns, printable } from '../render/table.ts';
import { collect } from '../server/bytes.ts';
import { SERVER_OPTION } from '../server/server-command.ts';
import { openSession } from '../server/session.ts';

export const command = defineCommand({
  description:
    'Has the server sign these entries and writes them with the signature. Afterwards no server is needed:\n' +
    '"stella audit verify --file" works offline, with the trusted root of "stella trust get". An export that begins where\n' +
    'another ended follows it.',
  arguments: [],
  options: {
    first: { type: 'text', value: 'N', summary: 'number of the first entry (default: the beginning of the trail)' },
    last: { type: 'text', value: 'N', summary: 'number of the last entry (default: the end of the trail)' },
    server: SERVER_OPTION,
    output: { type: 'text', value: 'FILE', summary: 'the file to write', required: true },
    format: formatOption('table', 'json'),
  },
  examples: ['stella audit export --first 1 --last 5000 --output 2026-q1.audit.tar.zst'],
  exits: {
    2: 'invalid input, or more entries than one export holds',
    3: 'not logged in, not allowed, or the trail was changed',
    10: 'the server may answer later',
  },
  async run(context, _args, options) {
    const body = withoutUndefined({
      first: entryNumber('first', options.first),
      last: entryNumber('last', options.last),
    });
    const evidence = (await openSession(context, options.server)).client(EVIDENCE_ROUTES);
    const { body: made } = await evidence.exportAudit({ body });
    const bytes = await collect((await evidence.getAuditPackage({ params: { exportId: made.id } })).body);
    // Whose signature it is, is for those to say who hold the trusted root; that it is whole is seen here.
    const { range, faults } = await verifyAudit(one(bytes));
    const [fault] = faults;
    if (fault !== undefined || range?.after !== made.after || range.first !== made.first)
      throw fail('DOWNLOAD_DAMAGED', `the export is not whole: ${fault?.detail ?? 'it has other entries'}`);
    await writeOutput(options.output, bytes, context);
    const value = { file: options.output, digest: digestOf(bytes), sizeBytes: bytes.length, ...made };
    return {
      render: {
        table: () =>
          `${columns([
            ['file', printable(options.output)],
            ['bytes', String(bytes.length)],
            ['entries', `${made.first} to ${made.last}`],
            ['from', made.firstAt],
            ['to', made.lastAt],
            ['hash before', made.before],
            ['hash after', made.after],
            ['log index', String(made.logIndex)],
            ['exported', `${made.exportedAt} by ${printable(made.exportedBy.name)}`],
          ]).join('\n')}\n`,
        json: () => `${JSON.stringify(value, null, 2)}\n`,
      },
    };
  },
});

function entryNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw fail('USAGE', `--${option} takes the number of an entry, not "${text.slice(0, 20)}"`);
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield await Promise.resolve(bytes);
}
