import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { exceptionLines } from '../server/exception-lines.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'A draft ("stella exception request --draft") goes to those who may approve it.',
  arguments: [{ name: 'id', summary: 'id of the exception', arity: 'one' }],
  examples: ['stella exception submit 0199a1b2-0000-7000-8000-000000000001'],
  async run(session, [exceptionId = '']) {
    const { body } = await session.client(POLICY_ROUTES).submitException({ params: { exceptionId }, body: {} });
    return showOne(body, exceptionLines(body));
  },
});
