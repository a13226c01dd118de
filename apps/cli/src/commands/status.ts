import { createClient, httpTransport, SYSTEM_ROUTES } from '@stella-ops/contracts';
import { EXIT } from '@stella-ops/engine-kernel';
import { defineCommand, formatOption } from '../command.ts';
import { columns, printable } from '../render/table.ts';
import { readCredentials } from '../server/credentials.ts';
import { SERVER_OPTION } from '../server/server-command.ts';
import { chooseServer } from '../server/session.ts';

export const command = defineCommand({
  description: 'Needs no login.',
  arguments: [],
  options: { server: SERVER_OPTION, format: formatOption('table', 'json') },
  examples: ['stella status'],
  exits: { 2: 'invalid input', 10: 'the server does not answer, or is not ready' },
  async run(context, _args, options) {
    const server = await chooseServer(context, options.server);
    const system = createClient(SYSTEM_ROUTES, httpTransport({ baseUrl: server, timeoutMs: 10_000 }));
    const [{ body: readiness }, { body: version }] = await Promise.all([system.readiness({}), system.version({})]);
    const login = (await readCredentials(context)).logins[server];
    const isReady = readiness.status === 'ready';
    const value = {
      server,
      status: readiness.status,
      version: version.version,
      checks: readiness.checks,
      login: login === undefined ? null : { user: login.user, tenant: login.tenant },
    };
    return {
      exit: isReady ? EXIT.ok : EXIT.retry,
      render: {
        table: () =>
          `${columns([
            ['server', server],
            ['status', readiness.status],
            ['version', printable(`${version.version} (${version.channel})`)],
            ...readiness.checks.map(({ name, status }) => ['check', printable(`${name} ${status}`)]),
            ['login', login === undefined ? 'none' : printable(`${login.user}, tenant ${login.tenant}`)],
          ]).join('\n')}\n`,
        json: () => `${JSON.stringify(value, null, 2)}\n`,
      },
    };
  },
});
