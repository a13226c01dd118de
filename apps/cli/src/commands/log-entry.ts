import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { verifyLogEntry } from '@stella-ops/engine-envelope';
import { EXIT } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import { readLogEntry } from '../log-entry-input.ts';
import { checkRows } from '../render/check-rows.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';
import { LOG_TRUST_OPTIONS, readTrustFiles } from '../trust-input.ts';

export const command = defineServerCommand({
  description:
    'An entry that your tenant had logged, with its proof against the present checkpoint. With --trusted-root the proof and\n' +
    'the signature of the checkpoint are verified here.',
  arguments: [{ name: 'index', summary: 'index in the log ("stella evidence list" has it)', arity: 'one' }],
  options: LOG_TRUST_OPTIONS,
  examples: ['stella log entry 17 --trusted-root stella.trusted-root.json'],
  exits: { 3: 'not logged in, not allowed, or not verified' },
  async run(session, [logIndex = ''], options, context) {
    const trust = await readTrustFiles(options, context);
    const { body } = await session.client(ATTESTOR_ROUTES).getEntry({ params: { logIndex } });
    const entry = readLogEntry(body);
    if (entry === undefined) throw fail('SERVER_FOREIGN', 'the answer is no log entry');
    if (String(entry.logIndex) !== logIndex) throw fail('SERVER_FOREIGN', `the answer is entry ${entry.logIndex}`);
    const verdict = trust === undefined ? undefined : verifyLogEntry(entry, { logs: trust.logs, strict: true });
    const isRefused = verdict !== undefined && verdict.log === undefined;
    const status = verdict === undefined ? 'not_verified' : isRefused ? 'refused' : 'verified';
    const checks = (verdict?.checks ?? []).map(({ name, state, detail }) => ({ name, state, detail }));
    const shown = showOne(
      { status, entry: body, checks },
      [
        ['entry', String(entry.logIndex)],
        ['kind', `${entry.kind} ${entry.version}`],
        ['log', entry.logId.toString('base64')],
        ['log size', String(entry.proof?.treeSize ?? '')],
        ['proof', verdict === undefined ? 'not verified: no trusted root was named' : status.toUpperCase()],
      ],
      () =>
        checkRows(checks)
          .map((row) => `${row.join('  ')}\n`)
          .join(''),
    );
    return { ...shown, exit: isRefused ? EXIT.verification : EXIT.ok };
  },
});
