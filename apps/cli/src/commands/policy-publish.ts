import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { fileBody } from '../server/bytes.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne, yesNo } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'A published version never changes; it becomes the active one of its name.',
  arguments: [{ name: 'file', summary: 'policy pack, YAML; - is standard input', arity: 'one' }],
  examples: ['stella policy publish policies/baseline.yaml'],
  async run(session, [file = ''], _options, context) {
    const { body } = await session.client(POLICY_ROUTES).publishPack({
      body: await fileBody(file, 'application/yaml', context),
    });
    return showOne(body, [
      ['policy', `${body.name} ${body.version}`],
      ['digest', body.digest],
      ['rules', String(body.rules)],
      ['active', yesNo(body.isActive)],
    ]);
  },
});
