import { Outcome, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { withoutUndefined } from '@stella-ops/engine-kernel';
import { shortDigest } from '../render/table.ts';
import { digestOfImage, IMAGE_OPTION } from '../server/find-image.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: {
    limit: LIMIT_OPTION,
    image: IMAGE_OPTION,
    env: { type: 'text', value: 'NAME', summary: 'only for this environment' },
    outcome: { type: 'choice', choices: Outcome.options, summary: 'only with this outcome' },
  },
  examples: ['stella decision list --outcome deny --env prod'],
  async run(session, _args, options) {
    const imageDigest = await digestOfImage(session, options.image);
    return showList(
      options.limit,
      (page) =>
        session.client(POLICY_ROUTES).listDecisions({
          query: withoutUndefined({ ...page, imageDigest, environment: options.env, outcome: options.outcome }),
        }),
      ['MADE', 'OUTCOME', 'IMAGE', 'ENVIRONMENT', 'POLICY', 'PURPOSE', 'ID'],
      (one) => [
        shortTime(one.evaluatedAt),
        one.outcome,
        shortDigest(one.imageDigest),
        one.environment ?? '',
        `${one.policy.name} ${one.policy.version}`,
        one.purpose,
        one.id,
      ],
    );
  },
});
