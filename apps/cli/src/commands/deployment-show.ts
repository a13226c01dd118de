import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { deploymentText } from '../server/deployment-text.ts';
import { DEPLOYMENT_ARGUMENT, findDeployment } from '../server/find-deployed.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description: 'Each target with its steps, and what came of them.',
  arguments: [DEPLOYMENT_ARGUMENT],
  examples: ['stella deployment show prod', 'stella deployment show shop@1.2.0:prod'],
  async run(session, [text = '']) {
    const one = await findDeployment(session, session.client(DEPLOYMENTS_ROUTES), text);
    return { value: one, text: () => deploymentText(one) };
  },
});
