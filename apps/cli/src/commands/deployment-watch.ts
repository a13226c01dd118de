import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { deploymentText, exitOfDeployment } from '../server/deployment-text.ts';
import { DEPLOYMENT_ARGUMENT, findDeployment } from '../server/find-deployed.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { watchDeployment } from '../server/watch-deployment.ts';

export const command = defineServerCommand({
  description: 'Prints a line for each change, until it ends or Ctrl+C.',
  arguments: [DEPLOYMENT_ARGUMENT],
  examples: ['stella deployment watch prod'],
  exits: { 6: 'it did not succeed' },
  async run(session, [text = ''], _options, context) {
    const deployments = session.client(DEPLOYMENTS_ROUTES);
    const one = await watchDeployment(deployments, await findDeployment(session, deployments, text), context);
    return { value: one, text: () => deploymentText(one), exit: exitOfDeployment(one) };
  },
});
