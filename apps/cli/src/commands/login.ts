import { createClient, httpTransport } from '@stella-ops/contracts';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { setTimeout as delay } from 'node:timers/promises';
import { defineCommand, formatOption } from '../command.ts';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { readInput } from '../input.ts';
import { keepLogin } from '../server/credentials.ts';
import { type Issuer, openIssuer, type Tokens } from '../server/issuer.ts';
import { SERVER_OPTION } from '../server/server-command.ts';
import { chooseServer, readTokenFile } from '../server/session.ts';

export const command = defineCommand({
  description:
    'Without options a browser is used: the command prints an address and a code, and waits until you have signed in there.\n' +
    'With --user the password comes from --password-file, STELLA_PASSWORD, or is asked for. Pipelines use an API token:\n' +
    'set STELLA_TOKEN, or keep it with --token-file.',
  arguments: [],
  options: {
    server: SERVER_OPTION,
    tenant: { type: 'text', value: 'NAME', summary: 'tenant to log in to', default: 'demo' },
    user: { type: 'text', value: 'NAME', summary: 'log in with user name and password, without a browser' },
    'password-file': { type: 'text', value: 'FILE', summary: 'file with the password; - is standard input' },
    'token-file': { type: 'text', value: 'FILE', summary: 'file with an API token; - is standard input' },
    format: formatOption('table', 'json'),
  },
  examples: [
    'stella login --server http://127.0.0.1:8080',
    'stella login --user admin --password-file .stella/secrets/admin-password',
  ],
  exits: { 2: 'invalid input', 3: 'the login was refused', 10: 'the server may answer later' },
  async run(context, _args, options) {
    const server = await chooseServer(context, options.server);
    const tokens = await tokensFor(server, options, context);
    const authorization = `Bearer ${tokens.accessToken}`;
    const transport = httpTransport({ baseUrl: server, authorize: () => Promise.resolve({ authorization }) });
    const { body } = await createClient(AUTHORITY_ROUTES, transport).whoami({});
    await keepLogin(context, server, { tenant: body.tenant.name, user: body.name, ...tokens });
    const value = { server, tenant: body.tenant.name, user: body.name, roles: body.roles };
    return {
      render: {
        table: () => `logged in to ${server} as ${body.name}, tenant ${body.tenant.name} (${body.roles.join(', ')})\n`,
        json: () => `${JSON.stringify(value, null, 2)}\n`,
      },
    };
  },
});

interface LoginOptions {
  readonly tenant: string;
  readonly user: string | undefined;
  readonly 'password-file': string | undefined;
  readonly 'token-file': string | undefined;
}

async function tokensFor(server: string, options: LoginOptions, context: Context): Promise<Tokens> {
  const tokenFile = options['token-file'];
  if (tokenFile !== undefined) {
    return { accessToken: await readTokenFile(tokenFile, context), expiresAt: null, refreshToken: null };
  }
  const issuer = await openIssuer(server, () => context.clock.now());
  if (options.user === undefined) return byBrowser(issuer, context);
  return issuer.byPassword(options.tenant, options.user, await passwordOf(options, context));
}

async function passwordOf(options: LoginOptions, context: Context): Promise<string> {
  const file = options['password-file'] ?? context.env['STELLA_PASSWORD_FILE'];
  if (options['password-file'] === undefined && context.env['STELLA_PASSWORD'] !== undefined)
    return context.env['STELLA_PASSWORD'];
  if (file !== undefined) return (await readInput(file, context, 1 << 16)).toString('utf8').replace(/\r?\n$/, '');
  const asked = await context.askSecret(`Password of ${options.user ?? ''}: `);
  if (asked === undefined) {
    throw fail('PASSWORD_MISSING', 'no password was given', {
      hint: 'Name a file with --password-file, or set STELLA_PASSWORD.',
    });
  }
  return asked;
}

async function byBrowser(issuer: Issuer, context: Context): Promise<Tokens> {
  const device = await issuer.startDevice();
  context.notice(
    `Open ${device.verification_uri_complete ?? device.verification_uri} and confirm the code ${device.user_code}`,
  );
  let pauseMs = device.interval * 1000;
  const endsAtMs = Date.parse(context.clock.now()) + device.expires_in * 1000;
  while (Date.parse(context.clock.now()) < endsAtMs) {
    await delay(pauseMs);
    const answer = await issuer.pollDevice(device.device_code);
    if (answer.state === 'granted') return answer.tokens;
    if (answer.state === 'refused') throw fail('LOGIN_REFUSED', `the login was refused: ${answer.reason}`);
    // RFC 8628, section 3.5.
    if (answer.state === 'slow-down') pauseMs += 5000;
  }
  throw fail('LOGIN_REFUSED', 'nobody confirmed the code in time', { hint: 'Run "stella login" again.' });
}
