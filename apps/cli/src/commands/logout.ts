import { AppError } from '@stella-ops/engine-kernel';
import { defineCommand, formatOption } from '../command.ts';
import type { Context } from '../context.ts';
import { forgetLogin, readCredentials } from '../server/credentials.ts';
import { openIssuer } from '../server/issuer.ts';
import { SERVER_OPTION } from '../server/server-command.ts';
import { chooseServer } from '../server/session.ts';

export const command = defineCommand({
  description:
    'Ends the login at the server and forgets it on this machine. When the server cannot be told, the login is forgotten all\n' +
    'the same, and a warning says so. An API token stays valid until it is revoked.',
  arguments: [],
  options: { server: SERVER_OPTION, format: formatOption('table', 'json') },
  examples: ['stella logout'],
  exits: { 2: 'invalid input' },
  async run(context, _args, options) {
    const server = await chooseServer(context, options.server);
    const isEndedThere = await endThere(context, server);
    const wasLoggedIn = await forgetLogin(context, server);
    return {
      render: {
        table: () => (wasLoggedIn ? `logged out of ${server}\n` : `nobody was logged in to ${server}\n`),
        json: () => `${JSON.stringify({ server, wasLoggedIn, isEndedThere })}\n`,
      },
    };
  },
});

/** Has the issuer end the login, if it can be reached. @returns whether it did */
async function endThere(context: Context, server: string): Promise<boolean> {
  const { logins } = await readCredentials(context);
  const refreshToken = Object.hasOwn(logins, server) ? logins[server]?.refreshToken : undefined;
  if (refreshToken === undefined || refreshToken === null) return false;
  try {
    const issuer = await openIssuer(server, () => context.clock.now());
    await issuer.revoke(refreshToken);
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    context.notice(
      `The server was not told (${error.message}): the login is forgotten here, and ends there by itself.`,
    );
    return false;
  }
}
