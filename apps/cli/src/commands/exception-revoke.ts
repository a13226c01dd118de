import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { exceptionLines } from '../server/exception-lines.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  arguments: [{ name: 'id', summary: 'id of the exception', arity: 'one' }],
  options: { reason: { type: 'text', value: 'TEXT', summary: 'why', required: true } },
  examples: ['stella exception revoke 0199a1b2-0000-7000-8000-000000000001 --reason "agreed with the supplier"'],
  async run(session, [exceptionId = ''], options) {
    const { body } = await session.client(POLICY_ROUTES).revokeException({
      params: { exceptionId },
      body: { reason: options.reason },
    });
    return showOne(body, exceptionLines(body));
  },
});
