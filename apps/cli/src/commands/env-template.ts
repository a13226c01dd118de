import { DEPLOYMENTS_ROUTES, type EnvironmentTemplate } from '@stella-ops/contracts/deployments';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { fail } from '../errors.ts';
import { fileBody } from '../server/bytes.ts';
import { findEnvironment } from '../server/find-by-name.ts';
import { defineServerCommand, type Shown } from '../server/server-command.ts';
import { shortTime, showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description:
    'With a file: gives an environment its Compose file or script template, in which images are named "component:NAME".\n' +
    'Without: shows what it has.',
  arguments: [
    { name: 'environment', summary: 'name or id', arity: 'one' },
    { name: 'file', summary: 'Compose file or script template, YAML; - is standard input', arity: 'optional' },
  ],
  options: {
    kind: { type: 'choice', choices: ['compose', 'script'], default: 'compose', summary: 'what the file is' },
    strategy: {
      type: 'choice',
      choices: ['all_at_once', 'rolling'],
      default: 'all_at_once',
      summary: 'how several targets are deployed to',
    },
    'batch-size': { type: 'text', value: 'N', summary: 'targets at once when rolling', default: '1' },
  },
  examples: ['stella env template prod compose.yaml --strategy rolling --batch-size 2', 'stella env template prod'],
  async run(session, [name = '', file], options, context) {
    const { id: environmentId } = await findEnvironment(session.client(RELEASES_ROUTES), name);
    const deployments = session.client(DEPLOYMENTS_ROUTES);
    if (file === undefined) {
      const { template } = (await deployments.getTemplate({ params: { environmentId } })).body;
      if (template !== null) return shown(template);
      throw fail('NAME_UNKNOWN', `${name.slice(0, 100)} has no template yet`, {
        hint: 'Give it one: name a file behind the environment.',
      });
    }
    const batchSize = options['batch-size'];
    if (!/^[1-9]\d{0,2}$/.test(batchSize)) {
      throw fail('USAGE', `--batch-size takes a number from 1 to 100, not "${batchSize.slice(0, 20)}"`);
    }
    const { body } = await deployments.setTemplate({
      params: { environmentId },
      query: { kind: options.kind, strategy: options.strategy, batchSize: Number(batchSize) },
      body: await fileBody(file, 'application/yaml', context),
    });
    return shown(body);
  },
});

const shown = (one: EnvironmentTemplate): Shown =>
  showOne(one, [
    ['template', `${one.kind}: ${one.services.join(', ')}`],
    ['strategy', one.strategy === 'rolling' ? `rolling, ${one.batchSize} at once` : 'all at once'],
    ['digest', one.digest],
    ['by', `${one.updatedBy.name} at ${shortTime(one.updatedAt)}`],
  ]);
