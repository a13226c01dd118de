import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { findTarget } from '../server/find-deployed.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';
import { targetLines } from '../server/target-lines.ts';

export const command = defineServerCommand({
  description: 'What runs there is left as it is.',
  arguments: [{ name: 'name', summary: 'name or id', arity: 'one' }],
  examples: ['stella target remove web-1'],
  async run(session, [name = '']) {
    const deployments = session.client(DEPLOYMENTS_ROUTES);
    const { id: targetId } = await findTarget(deployments, name);
    const { body } = await deployments.deleteTarget({ params: { targetId } });
    return showOne(body, targetLines(body));
  },
});
