import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { table } from '../render/table.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { shortTime } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'The releases that have an image digest, the environments it is current in, and the targets it runs on.',
  arguments: [{ name: 'digest', summary: 'sha256:… of the image', arity: 'one' }],
  examples: ['stella where sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03'],
  async run(session, [imageDigest = '']) {
    const { body } = await session.client(DEPLOYMENTS_ROUTES).whereIs({ params: { imageDigest } });
    const rows = [
      ...body.releases.map((one) => ['release', one.release, one.component, shortTime(one.createdAt)]),
      ...body.environments.map((one) => ['environment', one.name, '', shortTime(one.since)]),
      ...body.targets.map((one) => ['target', one.name, one.environment, `${one.containers} running`]),
    ];
    return {
      value: body,
      text: () => (rows.length === 0 ? 'nowhere\n' : table(['WHAT', 'NAME', 'OF', 'SINCE'], rows)),
    };
  },
});
