import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { EXIT } from '@stella-ops/engine-kernel';
import { checkConsistency, type LogCheck, readCheckpoint } from '../checkpoint.ts';
import { fail } from '../errors.ts';
import { readInput } from '../input.ts';
import { checkRows } from '../render/check-rows.ts';
import { columns } from '../render/table.ts';
import { collect } from '../server/bytes.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { LOG_TRUST_OPTIONS, readTrustFiles } from '../trust-input.ts';

export const command = defineServerCommand({
  description:
    'Compares a checkpoint that you kept with the log as it is now. The proof is verified here: nothing that was in the log\n' +
    'was taken out or changed. With --trusted-root the signatures of both checkpoints are verified too.',
  arguments: [{ name: 'checkpoint', summary: 'what "stella log checkpoint" wrote earlier', arity: 'one' }],
  options: LOG_TRUST_OPTIONS,
  examples: ['stella log consistency monday.checkpoint --trusted-root stella.trusted-root.json'],
  exits: { 3: 'not logged in, not allowed, or the log is not what it was' },
  async run(session, [file = ''], options, context) {
    const trust = await readTrustFiles(options, context);
    const keptNote = (await readInput(file, context, 1 << 20)).toString('utf8');
    const attestor = session.client(ATTESTOR_ROUTES);
    const presentNote = (await collect((await attestor.getCheckpoint({})).body)).toString('utf8');
    const kept = readCheckpoint('kept checkpoint', keptNote, trust);
    const present = readCheckpoint('present checkpoint', presentNote, trust);
    const checks: LogCheck[] = [kept.check, present.check];
    let sizes = {};
    if (kept.ok && present.ok) {
      const [from, to] = [kept.checkpoint.size, present.checkpoint.size];
      if (from > BigInt(Number.MAX_SAFE_INTEGER))
        throw fail('USAGE', `${file} is no checkpoint of a log that there is`);
      sizes = { from: Number(from), to: Number(to) };
      const hasProof = from > 0n && from <= to && kept.checkpoint.origin === present.checkpoint.origin;
      const { hashes } = hasProof
        ? (await attestor.getConsistency({ query: { from: Number(from), to: Number(to) } })).body
        : { hashes: [] };
      const proof = hashes.map((hash) => Buffer.from(hash, 'base64'));
      checks.push(checkConsistency({ kept: kept.checkpoint, present: present.checkpoint, proof }));
    }
    const status = statusOf(checks);
    return {
      value: { status, ...sizes, checks },
      text: () => `${columns([[status.toUpperCase(), file], ...checkRows(checks)]).join('\n')}\n`,
      exit: status === 'consistent' ? EXIT.ok : EXIT.verification,
    };
  },
});

/** Signatures that were not asked for are no fault; a log that nothing was proven of is not consistent. */
function statusOf(checks: readonly LogCheck[]): 'consistent' | 'inconsistent' | 'unverifiable' {
  if (checks.some(({ state }) => state === 'failed')) return 'inconsistent';
  return checks.at(-1)?.state === 'passed' ? 'consistent' : 'unverifiable';
}
