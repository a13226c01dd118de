import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { digestOf } from '@stella-ops/engine-kernel';
import { defineCommand, formatOption } from '../command.ts';
import { fail } from '../errors.ts';
import { writeOutput } from '../output.ts';
import { collect } from '../server/bytes.ts';
import { DEPLOYMENT_ARGUMENT, findDeployment } from '../server/find-deployed.ts';
import { SERVER_OPTION } from '../server/server-command.ts';
import { openSession } from '../server/session.ts';

export const command = defineCommand({
  description:
    'The receipts of all targets, signed: a Sigstore bundle. Afterwards no server is needed: "stella bundle verify" works\n' +
    'offline, with the trusted root of "stella trust get".',
  arguments: [DEPLOYMENT_ARGUMENT],
  options: {
    server: SERVER_OPTION,
    output: { type: 'text', value: 'FILE', summary: 'the file to write', required: true },
    format: formatOption('table', 'json'),
  },
  examples: ['stella deployment bundle prod --output prod.sigstore.json'],
  exits: { 3: 'not logged in, or not allowed', 4: 'not found, or not signed yet', 10: 'the server may answer later' },
  async run(context, [text = ''], options) {
    const session = await openSession(context, options.server);
    const deployments = session.client(DEPLOYMENTS_ROUTES);
    const { id: deploymentId, bundleDigest } = await findDeployment(session, deployments, text);
    const { body } = await deployments.getDeploymentBundle({ params: { deploymentId } });
    const bytes = await collect(body);
    const digest = digestOf(bytes);
    if (bundleDigest !== null && digest !== bundleDigest)
      throw fail('DOWNLOAD_DAMAGED', `${bundleDigest} arrived with other bytes`);
    await writeOutput(options.output, bytes, context);
    const value = { file: options.output, digest, sizeBytes: bytes.length };
    return {
      render: {
        table: () => `${options.output}: ${bytes.length} bytes, ${digest}\n`,
        json: () => `${JSON.stringify(value)}\n`,
      },
    };
  },
});
