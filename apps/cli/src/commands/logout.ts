import { defineCommand, formatOption } from '../command.ts';
import { forgetLogin } from '../server/credentials.ts';
import { SERVER_OPTION } from '../server/server-command.ts';
import { chooseServer } from '../server/session.ts';

export const command = defineCommand({
  description: 'Forgets the login on this machine. An API token stays valid until it is revoked.',
  arguments: [],
  options: { server: SERVER_OPTION, format: formatOption('table', 'json') },
  examples: ['stella logout'],
  exits: { 2: 'invalid input' },
  async run(context, _args, options) {
    const server = await chooseServer(context, options.server);
    const wasLoggedIn = await forgetLogin(context, server);
    return {
      render: {
        table: () => (wasLoggedIn ? `logged out of ${server}\n` : `nobody was logged in to ${server}\n`),
        json: () => `${JSON.stringify({ server, wasLoggedIn })}\n`,
      },
    };
  },
});
