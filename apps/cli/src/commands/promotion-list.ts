import { PromotionState, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { withoutUndefined } from '@stella-ops/engine-kernel';
import { findRelease, referenceOf } from '../server/find-by-name.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: {
    limit: LIMIT_OPTION,
    state: {
      type: 'choice',
      choices: PromotionState.options,
      summary: 'only in this state',
    },
    release: { type: 'text', value: 'RELEASE', summary: 'only of this release: name@version or id' },
    env: { type: 'text', value: 'NAME', summary: 'only to this environment' },
    'waiting-for-me': { type: 'flag', summary: 'only those that you could approve' },
  },
  examples: ['stella promotion list --waiting-for-me'],
  async run(session, _args, options) {
    const releases = session.client(RELEASES_ROUTES);
    const releaseId = options.release === undefined ? undefined : (await findRelease(releases, options.release)).id;
    return showList(
      options.limit,
      (page) =>
        releases.listPromotions({
          query: withoutUndefined({ ...page, state: options.state, releaseId, environment: options.env }),
          ...(options['waiting-for-me'] ? { isWaitingForMe: true } : {}),
        }),
      ['PROMOTION', 'STATE', 'ASKED BY', 'WHEN', 'WHY', 'ID'],
      (one) => [referenceOf(one), one.state, one.requestedBy.name, shortTime(one.requestedAt), one.sentence, one.id],
    );
  },
});
