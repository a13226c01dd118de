import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { findTarget } from '../server/find-deployed.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';
import { targetDetails, targetLines } from '../server/target-lines.ts';

export const command = defineServerCommand({
  description: 'What runs there, as its agent saw it last, and where it differs from what should.',
  arguments: [{ name: 'name', summary: 'name or id', arity: 'one' }],
  examples: ['stella target show web-1'],
  async run(session, [name = '']) {
    const one = await findTarget(session.client(DEPLOYMENTS_ROUTES), name);
    return showOne(one, targetLines(one), () => targetDetails(one));
  },
});
