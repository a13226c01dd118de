import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { deploymentText, exitOfDeployment } from '../server/deployment-text.ts';
import { DEPLOYMENT_ARGUMENT, findDeployment } from '../server/find-deployed.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { watchDeployment } from '../server/watch-deployment.ts';

export const command = defineServerCommand({
  description: 'Tries the targets again that failed or were left out. Those that succeeded stay as they are.',
  arguments: [DEPLOYMENT_ARGUMENT],
  options: { 'no-wait': { type: 'flag', summary: 'do not wait for its end' } },
  examples: ['stella deployment resume prod'],
  exits: { 6: 'it did not succeed' },
  async run(session, [text = ''], options, context) {
    const deployments = session.client(DEPLOYMENTS_ROUTES);
    const { id: deploymentId } = await findDeployment(session, deployments, text);
    const { body } = await deployments.resumeDeployment({ params: { deploymentId }, body: {} });
    const one = options['no-wait'] ? body : await watchDeployment(deployments, body, context);
    return { value: one, text: () => deploymentText(one), exit: exitOfDeployment(one) };
  },
});
