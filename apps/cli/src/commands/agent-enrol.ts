import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { writeOutput } from '../output.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description:
    'Makes a token by which one agent of this name may enrol, once, within an hour; and prints what to run on its host. With\n' +
    '--token-file the token goes to a file and nowhere else.',
  arguments: [{ name: 'name', summary: 'lower-case name of the agent, such as that of its host', arity: 'one' }],
  options: { 'token-file': { type: 'text', value: 'FILE', summary: 'write the token to a new file of yours alone' } },
  examples: ['stella agent enrol web-1 --token-file web-1.token'],
  async run(session, [name = ''], options, context) {
    const { body } = await session.client(DEPLOYMENTS_ROUTES).createEnrolment({ body: { name } });
    const file = options['token-file'];
    const { token, ...rest } = body;
    if (file !== undefined) await writeOutput(file, `${token}\n`, context, 0o600);
    const enrol =
      `stella-agent enrol --server ${body.address} --token-file ${file ?? 'FILE'} ` +
      `--authority-fingerprint ${body.authorityFingerprint}`;
    return {
      value: file === undefined ? body : { ...rest, tokenFile: file },
      text: () =>
        [
          file === undefined ? `token    ${token}` : `token in ${file}`,
          `expires  ${body.expiresAt}`,
          '',
          `on the host of the agent, with the token in ${file ?? 'FILE'}:`,
          `  ${enrol}`,
          '  stella-agent run',
          '',
        ].join('\n'),
    };
  },
});
