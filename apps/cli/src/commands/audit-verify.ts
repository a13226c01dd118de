import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { EXIT } from '@stella-ops/engine-kernel';
import { stringify } from 'yaml';
import { defineCommand, formatOption, type OptionValues, OUTPUT_OPTION } from '../command.ts';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { auditFilesText, verifyAuditFiles } from '../audit-files.ts';
import { SERVER_EXITS, SERVER_OPTION } from '../server/server-command.ts';
import { openSession } from '../server/session.ts';
import { showOne } from '../server/show.ts';
import { readTrustFiles, TRUST_OPTIONS } from '../trust-input.ts';

const OPTIONS = {
  file: { type: 'list', value: 'FILE', summary: 'an export to check; - for standard input' },
  ...TRUST_OPTIONS,
  server: SERVER_OPTION,
  format: formatOption('table', 'json', 'yaml'),
  output: OUTPUT_OPTION,
} as const;

export const command = defineCommand({
  description:
    'Checks every entry against the hash of the one before. Keep the head: an end that was cut off shows only against it.\n' +
    'With --file it checks exports of "stella audit export" in place of the trail of a server: no network, nothing in them\n' +
    'is believed. Several are checked to follow each other, in the order given.',
  arguments: [],
  options: OPTIONS,
  examples: [
    'stella audit verify',
    'stella audit verify --file 2026-q1.audit.tar.zst --trusted-root stella.trusted-root.json',
  ],
  exits: {
    ...SERVER_EXITS,
    3: 'not logged in, not allowed, or the trail was changed; of exports: invalid, unverifiable, or with gaps between',
  },
  async run(context, _args, options) {
    const { value, text, isGood } =
      options.file.length > 0 ? await ofFiles(options, context) : await ofServer(options, context);
    return {
      exit: isGood ? EXIT.ok : EXIT.verification,
      render: {
        table: text,
        json: () => `${JSON.stringify(value, null, 2)}\n`,
        yaml: () => stringify(value),
      },
    };
  },
});

type Options = OptionValues<typeof OPTIONS>;
interface Checked {
  readonly value: unknown;
  readonly text: () => string;
  readonly isGood: boolean;
}

async function ofFiles(options: Options, context: Context): Promise<Checked> {
  if (options.server !== undefined) throw fail('USAGE', 'give --file or --server, not both');
  const checked = await verifyAuditFiles(options.file, await readTrustFiles(options, context), context);
  return { value: checked, text: () => auditFilesText(checked), isGood: checked.status === 'verified' };
}

async function ofServer(options: Options, context: Context): Promise<Checked> {
  if (options['trusted-root'].length + options.key.length > 0)
    throw fail('USAGE', '--trusted-root and --key go with --file');
  const session = await openSession(context, options.server);
  const { body } = await session.client(AUTHORITY_ROUTES).verifyAudit({});
  const fault = body.fault === null ? '' : `entry ${body.fault.sequence}: ${body.fault.sentence}`;
  const shown = showOne(body, [
    ['audit trail', body.isIntact ? 'intact' : 'CHANGED'],
    ['entries', String(body.entries)],
    ['head', body.head],
    ['fault', fault],
  ]);
  return { ...shown, isGood: body.isIntact };
}
