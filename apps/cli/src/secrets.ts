import { AppError } from '@stella-ops/engine-kernel';
import { type Signer, signerFromPem } from '@stella-ops/engine-envelope';
import type { Context } from './context.ts';
import { fail } from './errors.ts';
import { readInput } from './input.ts';

const VARIABLES = ['STELLA_KEY_PASSWORD', 'COSIGN_PASSWORD'];

/** Password of a key from the environment or the file it names; undefined when none is given. Empty is a password. */
export async function passwordFromEnvironment(context: Context): Promise<string | undefined> {
  for (const name of VARIABLES) {
    const password = context.env[name];
    if (password !== undefined) return password;
    const file = context.env[`${name}_FILE`];
    if (file !== undefined) return (await readInput(file, context, 1 << 16)).toString('utf8').replace(/\r?\n$/, '');
  }
  return undefined;
}

/**
 * Opens a private key. Without a given password a key that is not encrypted, or encrypted with the empty password,
 * opens by itself; on a terminal the password is asked for.
 *
 * @throws AppError of engine/envelope, `PASSWORD_MISSING`
 */
export async function openSigner(path: string, context: Context): Promise<Signer> {
  const pem = (await readInput(path, context, 1 << 20)).toString('utf8');
  const given = await passwordFromEnvironment(context);
  if (given !== undefined) return signerFromPem(pem, given, path);
  try {
    return signerFromPem(pem, '', path);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'KEY_PASSWORD') throw error;
    const asked = await context.askSecret(`Password of ${path}: `);
    if (asked === undefined)
      throw fail('PASSWORD_MISSING', `${path} is encrypted and no password was given`, { place: { file: path } });
    return signerFromPem(pem, asked, path);
  }
}
