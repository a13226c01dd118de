import { chmod, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { homedir } from 'node:os';
import * as z from 'zod';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { writeOutput } from '../output.ts';

const Login = z.object({
  tenant: z.string(),
  user: z.string(),
  accessToken: z.string(),
  /** RFC 3339; an API token has no end that the command line knows. */
  expiresAt: z.string().nullable(),
  refreshToken: z.string().nullable(),
});
export type Login = z.infer<typeof Login>;

const File = z.object({
  format: z.literal('stella.credentials/v1'),
  /** Server that commands speak to unless told otherwise. */
  current: z.string().nullable(),
  logins: z.record(z.string(), Login),
});
export type Credentials = z.infer<typeof File>;

const NONE: Credentials = { format: 'stella.credentials/v1', current: null, logins: {} };

/** `$XDG_CONFIG_HOME/stella/credentials.json`, else `~/.config/stella/credentials.json`. */
export function credentialsPath(env: Context['env']): string {
  const home = env['HOME'] ?? homedir();
  return join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'stella', 'credentials.json');
}

/** @throws AppError `CREDENTIALS_UNREADABLE` */
export async function readCredentials(context: Context): Promise<Credentials> {
  const path = credentialsPath(context.env);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return NONE;
    throw fail('CREDENTIALS_UNREADABLE', `${path} cannot be read`, { place: { file: path }, cause });
  }
  try {
    return File.parse(JSON.parse(text));
  } catch (cause) {
    throw fail('CREDENTIALS_UNREADABLE', `${path} is not a credentials file`, { place: { file: path }, cause });
  }
}

/** Written whole, readable by its owner only. */
export async function writeCredentials(context: Context, credentials: Credentials): Promise<void> {
  const path = credentialsPath(context.env);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeOutput(path, `${JSON.stringify(credentials, null, 2)}\n`, context, 0o600);
  await chmod(path, 0o600);
}

export async function keepLogin(context: Context, server: string, login: Login): Promise<void> {
  const { logins } = await readCredentials(context);
  await writeCredentials(context, { ...NONE, current: server, logins: { ...logins, [server]: login } });
}

export async function forgetLogin(context: Context, server: string): Promise<boolean> {
  const { current, logins } = await readCredentials(context);
  if (!Object.hasOwn(logins, server)) return false;
  const { [server]: _gone, ...rest } = logins;
  await writeCredentials(context, { ...NONE, current: current === server ? null : current, logins: rest });
  return true;
}
