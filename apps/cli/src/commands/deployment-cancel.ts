import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { deploymentText } from '../server/deployment-text.ts';
import { DEPLOYMENT_ARGUMENT, findDeployment } from '../server/find-deployed.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description: 'Begins no more targets; those under way go to their end.',
  arguments: [DEPLOYMENT_ARGUMENT],
  options: { reason: { type: 'text', value: 'TEXT', summary: 'why', required: true } },
  examples: ['stella deployment cancel prod --reason "wrong release"'],
  async run(session, [text = ''], options) {
    const deployments = session.client(DEPLOYMENTS_ROUTES);
    const { id: deploymentId } = await findDeployment(session, deployments, text);
    const { body } = await deployments.cancelDeployment({
      params: { deploymentId },
      body: { reason: options.reason },
    });
    return { value: body, text: () => deploymentText(body) };
  },
});
