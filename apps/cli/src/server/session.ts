import { type Client, createClient, httpTransport, type Routes } from '@stella-ops/contracts';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { readInput } from '../input.ts';
import { keepLogin, type Login, readCredentials } from './credentials.ts';
import { openIssuer } from './issuer.ts';

export const DEFAULT_SERVER = 'http://127.0.0.1:8080';
/** A token that ends while a request is under way is as bad as one that has ended. */
const SPARE_MS = 20_000;

/** A server and whoever is logged in to it. */
export interface Session {
  readonly server: string;
  client<const R extends Routes>(routes: R): Client<R>;
}

/**
 * `http://host:port` without path and trailing slash.
 *
 * @throws AppError `USAGE`
 */
export function serverUrl(text: string): string {
  const url = URL.parse(text);
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.pathname !== '/' ||
    url.search !== ''
  )
    throw fail('USAGE', `"${text.slice(0, 100)}" is not the address of a server`, {
      hint: `Write it like ${DEFAULT_SERVER}.`,
    });
  return url.origin;
}

/** `--server`, else `STELLA_SERVER`, else where the last login was, else the laptop's own. */
export async function chooseServer(context: Context, named: string | undefined): Promise<string> {
  const text = named ?? context.env['STELLA_SERVER'] ?? (await readCredentials(context)).current ?? DEFAULT_SERVER;
  return serverUrl(text);
}

/**
 * Clients that act as whoever is logged in. `STELLA_TOKEN` (or the file that `STELLA_TOKEN_FILE` names) wins over a
 * login, for pipelines. A login whose token has ended is renewed and kept.
 *
 * @throws AppError `LOGIN_NEEDED`, `LOGIN_EXPIRED`, `TOKEN_INVALID`, `SERVER_UNREACHABLE`
 */
export async function openSession(context: Context, named: string | undefined): Promise<Session> {
  const server = await chooseServer(context, named);
  const token = await tokenFromEnvironment(context);
  let login = token === undefined ? (await readCredentials(context)).logins[server] : undefined;
  if (token === undefined && login === undefined) throw fail('LOGIN_NEEDED', `nobody is logged in to ${server}`);
  let renewing: Promise<Login> | undefined;
  const transport = httpTransport({
    baseUrl: server,
    authorize: async () => {
      if (login !== undefined && isOver(login, context)) login = await (renewing ??= renew(context, server, login));
      renewing = undefined;
      return { authorization: `Bearer ${token ?? login?.accessToken ?? ''}` };
    },
  });
  return { server, client: (routes) => createClient(routes, transport) };
}

async function tokenFromEnvironment(context: Context): Promise<string | undefined> {
  const token = context.env['STELLA_TOKEN'];
  if (token !== undefined && token !== '') return tokenOf(token, 'STELLA_TOKEN');
  const file = context.env['STELLA_TOKEN_FILE'];
  return file === undefined ? undefined : readTokenFile(file, context);
}

/** @throws AppError `TOKEN_INVALID` */
export async function readTokenFile(file: string, context: Context): Promise<string> {
  return tokenOf((await readInput(file, context, 1 << 16)).toString('utf8').trim(), file);
}

/** What cannot stand in a header would look like a server that does not answer. The message must not repeat it. */
function tokenOf(text: string, where: string): string {
  if (!/^[\x21-\x7e]+$/.test(text)) throw fail('TOKEN_INVALID', `${where} does not hold an API token alone`);
  return text;
}

const isOver = ({ expiresAt }: Login, context: Context): boolean =>
  expiresAt !== null && Date.parse(expiresAt) - SPARE_MS <= Date.parse(context.clock.now());

async function renew(context: Context, server: string, login: Login): Promise<Login> {
  // Another command may have renewed it meanwhile: a refresh token counts once.
  const kept = (await readCredentials(context)).logins[server] ?? login;
  if (!isOver(kept, context)) return kept;
  if (kept.refreshToken === null) throw fail('LOGIN_EXPIRED', `the login to ${server} is over`);
  const issuer = await openIssuer(server, () => context.clock.now());
  const renewed = { ...kept, ...(await issuer.refresh(kept.refreshToken)) };
  await keepLogin(context, server, renewed);
  return renewed;
}
