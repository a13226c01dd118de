import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { findRelease } from '../server/find-by-name.ts';
import { riskText } from '../server/risk-text.ts';
import { defineServerCommand } from '../server/server-command.ts';

/** No release has this name: they all have a version. */
const NOTHING = 'none';

export const command = defineServerCommand({
  description:
    'Says which findings and packages come, go and change when TO takes the place of FROM, what policy says of it, and what\n' +
    'is not known. Findings and policy are those of now, after the last judgement of each image.',
  arguments: [
    { name: 'from', summary: 'name@version or id; "none" where nothing was', arity: 'one' },
    { name: 'to', summary: 'name@version or id', arity: 'one' },
  ],
  examples: ['stella release diff shop@1.1.0 shop@1.2.0', 'stella release diff none shop@1.0.0'],
  async run(session, [from = '', to = '']) {
    const releases = session.client(RELEASES_ROUTES);
    const against = from === NOTHING ? undefined : (await findRelease(releases, from)).id;
    const { id: releaseId } = await findRelease(releases, to);
    const { body } = await session.client(FINDINGS_ROUTES).compareReleases({
      params: { releaseId },
      query: against === undefined ? {} : { against },
    });
    return { value: body, text: () => riskText(body) };
  },
});
