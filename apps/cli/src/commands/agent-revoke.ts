import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { agentLines } from '../server/agent-lines.ts';
import { findAgent } from '../server/find-deployed.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'Its certificate counts no more, at once. What runs on its targets is left as it is.',
  arguments: [{ name: 'name', summary: 'name or id', arity: 'one' }],
  examples: ['stella agent revoke web-1'],
  async run(session, [name = '']) {
    const deployments = session.client(DEPLOYMENTS_ROUTES);
    const { id: agentId } = await findAgent(deployments, name);
    const { body } = await deployments.revokeAgent({ params: { agentId } });
    return showOne(body, agentLines(body));
  },
});
