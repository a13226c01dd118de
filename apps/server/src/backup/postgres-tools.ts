import { spawn } from 'node:child_process';
import { type Database, otherSessions, ROLES } from '@stella-ops/platform/database';
import { fail } from './errors.ts';

/** @throws AppError `DATABASE_IN_USE` when anybody else is connected to the database */
export async function assertAlone(database: Database): Promise<void> {
  const others = await otherSessions(database);
  if (others > 0)
    throw fail(
      'DATABASE_IN_USE',
      `${others === 1 ? 'another session is' : `${others} other sessions are`} connected to the database`,
    );
}

/**
 * Writes one consistent state of the schemas to a file. Other sessions go on meanwhile.
 *
 * @throws AppError `DATABASE_TOOL_MISSING`, `DATABASE_TOOL_FAILED`
 */
export async function dumpDatabase(url: string, schemas: readonly string[], file: string): Promise<void> {
  const { connection, env } = connectionOf(url);
  const only = schemas.map((schema) => `--schema="${schema}"`);
  // The archive around it compresses.
  const args = ['--format=custom', '--compress=0', '--no-password', ...only, '--file', file, connection];
  const hint =
    'To read all tenants pg_dump needs a login that row-level security does not bind: name a file with its URL in --database-url-file.';
  await run('pg_dump', args, env, hint);
}

/**
 * Fills an empty database from such a file, as the owner role, in one transaction.
 *
 * @throws AppError `DATABASE_TOOL_MISSING`, `DATABASE_TOOL_FAILED`
 */
export async function restoreDatabase(url: string, file: string): Promise<void> {
  const { connection, env } = connectionOf(url);
  const args = ['--exit-on-error', '--single-transaction', '--no-owner', `--role=${ROLES.owner}`, '--no-password'];
  const hint = 'The database is as it was. Mend what is said, run "stella-server reset", then restore again.';
  await run('pg_restore', [...args, '--dbname', connection, file], env, hint);
}

/** What libpq knows of the parameters that a URL for node-postgres may have. */
const PARAMETERS = ['host', 'port', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'];

/** The password goes by the environment: arguments can be read by everybody on the machine. */
export function connectionOf(url: string): { readonly connection: string; readonly env: Record<string, string> } {
  const parsed = new URL(url);
  const password = decodeURIComponent(parsed.password) || parsed.searchParams.get('password');
  parsed.password = '';
  const foreign = [...parsed.searchParams.keys()].filter((name) => !PARAMETERS.includes(name));
  for (const name of foreign) parsed.searchParams.delete(name);
  // node-postgres's own word for TLS without a look at the certificate.
  if (parsed.searchParams.get('sslmode') === 'no-verify') parsed.searchParams.set('sslmode', 'require');
  return { connection: parsed.href, env: password ? { PGPASSWORD: password } : {} };
}

const MOST_SAID = 2000;

async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  hint: string,
): Promise<void> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(-MOST_SAID)));
  const exit = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') return reject(cause);
      reject(fail('DATABASE_TOOL_MISSING', `${program} was not found`));
    });
    child.once('close', resolve);
  });
  if (exit !== 0) throw fail('DATABASE_TOOL_FAILED', `${program} ended with ${exit}: ${said.trim()}`, { hint });
}
