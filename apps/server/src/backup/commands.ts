import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { systemClock } from '@stella-ops/platform/runtime';
import { flagsOf } from '../flags.ts';
import { fail } from './errors.ts';
import { installationOf } from './installation.ts';
import { resetInstallation } from './reset.ts';
import { describeRestore, restoreBackup } from './restore-backup.ts';
import { describeBackup, writeBackup } from './write-backup.ts';

export const BACKUP_HELP = `Usage: stella-server backup --output FILE [--include-secrets] [--database-url-file FILE]
       stella-server restore FILE [--database-url-file FILE]
       stella-server reset [--yes]

All three take the settings of the server: the same files, environment and --set.
`;

type Environment = Readonly<Record<string, string | undefined>>;
type Say = (line: string) => void;

const COMMON = {
  set: { type: 'string', multiple: true, default: [] as string[] },
  'database-url-file': { type: 'string' },
} as const;

/** Commands of the server's program that do not serve. */
export const BACKUP_COMMANDS: Readonly<
  Record<string, (args: readonly string[], env: Environment, say: Say) => Promise<void>>
> = {
  backup: async (args, env, say) => {
    const { values } = parseArgs({
      args: [...args],
      options: { ...COMMON, output: { type: 'string' }, 'include-secrets': { type: 'boolean', default: false } },
    });
    if (values.output === undefined) throw fail('BACKUP_OUTPUT_INVALID', 'no --output was named');
    const report = await writeBackup({
      installation: installationOf(env, flagsOf(values.set), values['database-url-file']),
      output: values.output,
      withSecrets: values['include-secrets'],
      now: systemClock.now(),
    });
    say(`Backup written and read back: ${report.output}`);
    describeBackup(report).forEach(say);
  },

  restore: async (args, env, say) => {
    const { values, positionals } = parseArgs({ args: [...args], options: COMMON, allowPositionals: true });
    const [archive, ...more] = positionals;
    if (archive === undefined || more.length > 0) throw fail('BACKUP_NOT_FOUND', 'restore takes one file');
    const installation = installationOf(env, flagsOf(values.set), values['database-url-file']);
    const report = await restoreBackup({ installation, archive: resolve(archive) });
    say(`Restored ${report.digest}`);
    describeRestore(report, installation.masterKeyFile).forEach(say);
  },

  reset: async (args, env, say) => {
    const { values } = parseArgs({ args: [...args], options: { ...COMMON, yes: { type: 'boolean', default: false } } });
    const installation = installationOf(env, flagsOf(values.set), values['database-url-file']);
    if (!values.yes) await confirm(installation.dataDir, installation.databaseUrl !== undefined, say);
    const left = await resetInstallation(installation);
    say(`Deleted the installation in ${installation.dataDir}`);
    if (left.length > 0) say(`  left      ${left.join(', ')}: not of this product`);
  },
};

/** @throws AppError `CONFIRMATION_MISSING` */
async function confirm(dataDir: string, hasPostgres: boolean, say: Say): Promise<void> {
  say('THIS DELETES THE WHOLE INSTALLATION. There is no way back but a backup.');
  say(`  ${dataDir}: database, objects, secrets with the master key`);
  if (hasPostgres) say('  the database of database.url: every schema of the product');
  if (!process.stdin.isTTY) throw fail('CONFIRMATION_MISSING', 'nobody is at the terminal to confirm');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Type the path of the folder to go on: ').finally(() => terminal.close());
  if (answer.trim() !== dataDir) throw fail('CONFIRMATION_MISSING', 'that is another path: nothing was deleted');
}
