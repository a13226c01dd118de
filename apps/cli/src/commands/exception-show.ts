import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { exceptionLines } from '../server/exception-lines.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  arguments: [{ name: 'id', summary: 'id of the exception', arity: 'one' }],
  examples: ['stella exception show 0199a1b2-0000-7000-8000-000000000001'],
  async run(session, [exceptionId = '']) {
    const { body } = await session.client(POLICY_ROUTES).getException({ params: { exceptionId } });
    return showOne(body, exceptionLines(body));
  },
});
