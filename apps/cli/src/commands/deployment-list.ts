import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { withoutUndefined } from '@stella-ops/engine-kernel';
import { findPromotion } from '../server/find-by-name.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: {
    limit: LIMIT_OPTION,
    env: { type: 'text', value: 'NAME', summary: 'only to this environment' },
    promotion: { type: 'text', value: 'PROMOTION', summary: 'only of this one: id, or name@version:environment' },
  },
  examples: ['stella deployment list --env prod'],
  async run(session, _args, options) {
    const promotionId =
      options.promotion === undefined
        ? undefined
        : (await findPromotion(session.client(RELEASES_ROUTES), options.promotion)).id;
    return showList(
      options.limit,
      (page) =>
        session.client(DEPLOYMENTS_ROUTES).listDeployments({
          query: withoutUndefined({ ...page, environment: options.env, promotionId }),
        }),
      ['RELEASE', 'ENVIRONMENT', 'KIND', 'STATE', 'TARGETS', 'BY', 'WHEN', 'WHY', 'ID'],
      (one) => [
        one.release,
        one.environment,
        one.kind,
        one.state,
        `${one.targets.succeeded}/${one.targets.total}`,
        one.startedBy.name,
        shortTime(one.createdAt),
        one.sentence,
        one.id,
      ],
    );
  },
});
