import { Outcome, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { shortDigest } from '../render/table.ts';
import { findImage } from '../server/find-image.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: {
    limit: LIMIT_OPTION,
    image: { type: 'text', value: 'IMAGE', summary: 'only of this image: digest, its first 12 digits, or a name' },
    environment: { type: 'text', value: 'NAME', summary: 'only for this environment' },
    outcome: { type: 'choice', choices: Outcome.options, summary: 'only with this outcome' },
  },
  examples: ['stella decision list --outcome deny --environment prod'],
  async run(session, _args, options) {
    const imageDigest =
      options.image === undefined ? undefined : (await findImage(session.client(SCANNER_ROUTES), options.image)).digest;
    return showList(
      options.limit,
      (page) =>
        session.client(POLICY_ROUTES).listDecisions({
          query: {
            ...page,
            ...(imageDigest === undefined ? {} : { imageDigest }),
            ...(options.environment === undefined ? {} : { environment: options.environment }),
            ...(options.outcome === undefined ? {} : { outcome: options.outcome }),
          },
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
