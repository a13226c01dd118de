import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { deploymentText, exitOfDeployment } from '../server/deployment-text.ts';
import { findPromotion } from '../server/find-by-name.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { watchDeployment } from '../server/watch-deployment.ts';

export const command = defineServerCommand({
  description:
    'Brings an approved promotion to the targets of its environment; its gates are looked at once more. Environments with\n' +
    'targets and a template do so by themselves when the promotion is approved.',
  arguments: [{ name: 'promotion', summary: 'id, or name@version:environment', arity: 'one' }],
  options: { 'no-wait': { type: 'flag', summary: 'do not wait for its end' } },
  examples: ['stella promotion deploy shop@1.2.0:stage'],
  exits: { 6: 'it did not succeed' },
  async run(session, [text = ''], options, context) {
    const { id: promotionId } = await findPromotion(session.client(RELEASES_ROUTES), text);
    const deployments = session.client(DEPLOYMENTS_ROUTES);
    const { body } = await deployments.startDeployment({ params: { promotionId }, body: {} });
    const one = options['no-wait'] ? body : await watchDeployment(deployments, body, context);
    return { value: one, text: () => deploymentText(one), exit: exitOfDeployment(one) };
  },
});
