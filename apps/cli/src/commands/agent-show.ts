import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { agentLines } from '../server/agent-lines.ts';
import { findAgent } from '../server/find-deployed.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  arguments: [{ name: 'name', summary: 'name or id', arity: 'one' }],
  examples: ['stella agent show web-1'],
  async run(session, [name = '']) {
    const one = await findAgent(session.client(DEPLOYMENTS_ROUTES), name);
    return showOne(one, agentLines(one));
  },
});
