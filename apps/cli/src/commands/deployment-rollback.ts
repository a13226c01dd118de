import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { deploymentText, exitOfDeployment } from '../server/deployment-text.ts';
import { findEnvironment, findRelease } from '../server/find-by-name.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { watchDeployment } from '../server/watch-deployment.ts';

export const command = defineServerCommand({
  description: 'Brings an environment back to a release that was deployed there before, by its digests.',
  arguments: [{ name: 'environment', summary: 'name or id', arity: 'one' }],
  options: {
    to: { type: 'text', value: 'RELEASE', summary: 'name@version or id (default: the one before the present)' },
    reason: { type: 'text', value: 'TEXT', summary: 'why', required: true },
    'no-wait': { type: 'flag', summary: 'do not wait for its end' },
  },
  examples: ['stella deployment rollback prod --to shop@1.1.0 --reason "search is broken"'],
  exits: { 6: 'it did not succeed' },
  async run(session, [text = ''], options, context) {
    const releases = session.client(RELEASES_ROUTES);
    const { id: environmentId } = await findEnvironment(releases, text);
    const to = options.to === undefined ? {} : { releaseId: (await findRelease(releases, options.to)).id };
    const deployments = session.client(DEPLOYMENTS_ROUTES);
    const { body } = await deployments.rollBack({ params: { environmentId }, body: { ...to, reason: options.reason } });
    const one = options['no-wait'] ? body : await watchDeployment(deployments, body, context);
    return { value: one, text: () => deploymentText(one), exit: exitOfDeployment(one) };
  },
});
