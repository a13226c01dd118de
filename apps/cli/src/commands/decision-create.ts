import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { withoutUndefined } from '@stella-ops/engine-kernel';
import { decisionText, exitOfDecision } from '../server/decision-text.ts';
import { findImage, IMAGE_ARGUMENT } from '../server/find-image.ts';
import { POLICY_OPTION } from '../server/find-pack.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description:
    'Judges an image by the current advisories, VEX and exceptions, and records the verdict. "stella evidence seal" makes a\n' +
    'capsule of it; "stella policy simulate" records nothing.',
  arguments: [IMAGE_ARGUMENT],
  options: {
    policy: POLICY_OPTION,
    env: { type: 'text', value: 'NAME', summary: 'environment the decision is for' },
  },
  examples: ['stella decision create registry.example/shop/web:1.2.0 --policy baseline --env prod'],
  exits: { 6: 'denied or pending; it is recorded' },
  async run(session, [text = ''], options) {
    const { digest: imageDigest } = await findImage(session.client(SCANNER_ROUTES), text);
    const { body } = await session.client(POLICY_ROUTES).decide({
      body: {
        imageDigest,
        ...withoutUndefined({ policy: options.policy, environment: options.env }),
      },
    });
    return {
      value: body,
      text: () => `${decisionText(body)}\ndecision  ${body.id}\nverdict   ${body.verdictDigest}\n`,
      exit: exitOfDecision(body),
    };
  },
});
