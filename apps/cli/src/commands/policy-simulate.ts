import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { fail } from '../errors.ts';
import { readPackFile } from '../policy-input.ts';
import { decisionText, exitOfDecision } from '../server/decision-text.ts';
import { findImage, IMAGE_ARGUMENT } from '../server/find-image.ts';
import { POLICY_OPTION } from '../server/find-pack.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description:
    'Judges an image of the server as a decision would, by a published pack or a file, and records nothing. A fault in the\n' +
    'file is answered with line and column.',
  arguments: [IMAGE_ARGUMENT],
  options: {
    policy: POLICY_OPTION,
    pack: { type: 'text', value: 'FILE', summary: 'a pack to try, YAML; - is standard input' },
    env: { type: 'text', value: 'NAME', summary: 'environment the decision would be for' },
  },
  examples: [
    'stella policy simulate registry.example/shop/web:1.2.0 --pack team.yaml --env prod',
    'stella policy simulate registry.example/shop/web:1.2.0 --policy baseline',
  ],
  exits: { 2: 'invalid input, or a faulty pack', 6: 'it would be denied or pending' },
  async run(session, [text = ''], options, context) {
    if (options.policy !== undefined && options.pack !== undefined)
      throw fail('USAGE', 'give --policy or --pack, not both');
    const source = options.pack === undefined ? undefined : (await readPackFile(options.pack, context)).bytes;
    const { digest: imageDigest } = await findImage(session.client(SCANNER_ROUTES), text);
    const { body } = await session.client(POLICY_ROUTES).simulate({
      body: {
        imageDigest,
        ...(options.policy === undefined ? {} : { policy: options.policy }),
        ...(source === undefined ? {} : { source: source.toString('utf8') }),
        ...(options.env === undefined ? {} : { environment: options.env }),
      },
    });
    return {
      value: body,
      text: () => `${decisionText(body)}\nNothing was recorded.\n`,
      exit: exitOfDecision(body),
    };
  },
});
